"""The runtime's tables, and the list of crises."""

from alembic import op

from services.chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all of them."""
    for statement in (*tables.VERSION_1, *tables.VERSION_2):
        op.execute(statement)
    op.execute("""
        CREATE TABLE crisis (
            id text PRIMARY KEY,
            school text NOT NULL,
            municipality text NOT NULL,
            raised_at timestamptz NOT NULL,
            urgency text NOT NULL,
            situation text,
            state text NOT NULL
        )
    """)
