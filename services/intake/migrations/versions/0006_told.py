"""What was told before the database was put back to an earlier moment."""

from alembic import op

from services.chassis import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make room for it beside each case's numbers."""
    for statement in tables.VERSION_3:
        op.execute(statement)
