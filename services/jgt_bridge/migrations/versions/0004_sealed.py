"""What schools sealed for a youth team."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make room for the last enclosure of each kind."""
    op.execute("""
        CREATE TABLE sealed (
            case_id text NOT NULL,
            kind text NOT NULL,
            event text NOT NULL,
            body jsonb NOT NULL,
            PRIMARY KEY (case_id, kind)
        )
    """)
