"""The runtime's parking, deadlines and lanes; inbox and outbox by the month; the day on which a team's answer is due."""

from alembic import op

from services.chassis import tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change the runtime's tables; what stands in them stays."""
    for statement in tables.VERSION_2:
        op.execute(statement)
    op.execute("ALTER TABLE referral ADD answer_due date")
