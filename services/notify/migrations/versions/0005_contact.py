"""Whom to reach in a crisis, sealed."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make room for it."""
    op.execute("ALTER TABLE crisis ADD contact text")
