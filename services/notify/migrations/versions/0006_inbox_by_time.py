"""The inbox by time."""

from alembic import op

from services.chassis import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Let what is new go to the end of its index."""
    for statement in tables.VERSION_4:
        op.execute(statement)
