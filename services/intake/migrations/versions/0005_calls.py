"""What the guardian heard of the calls for crises: who takes one up may be told before the crisis, or before its case is open."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    op.execute("""
        CREATE TABLE crisis_call (
            case_id text,
            crisis text,
            exhausted_at timestamptz,
            answered_at timestamptz,
            PRIMARY KEY (case_id, crisis)
        )
    """)
