"""The runtime's tables, and the ledger of what took effect."""

from alembic import op

from services.chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in (*tables.VERSION_1, *tables.VERSION_2, *tables.VERSION_3, *tables.VERSION_4):
        op.execute(statement)
    op.execute(
        "CREATE TABLE ledger (case_id text PRIMARY KEY, taken jsonb NOT NULL, moments jsonb NOT NULL, CHECK (taken <> '[\"refuse\"]'))"
    )
