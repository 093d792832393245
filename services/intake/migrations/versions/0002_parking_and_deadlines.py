"""The runtime's parking, deadlines and lanes; inbox and outbox by the month; steps of a late obligation."""

from alembic import op

from services.chassis import tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change the runtime's tables; what stands in them stays."""
    for statement in tables.VERSION_2:
        op.execute(statement)
    op.execute("""ALTER TABLE guarded_case
        ADD refer_withdrawn bigint NOT NULL DEFAULT 0, ADD feedback_withdrawn bigint NOT NULL DEFAULT 0""")
    op.execute("ALTER TABLE obligation ADD steps integer NOT NULL DEFAULT 0")
