"""The crises that the guardian heard of, by the case that they are about: also those of a case that is not open yet."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Without a foreign key: a crisis may come before its case."""
    op.execute("""
        CREATE TABLE crisis (
            case_id text,
            id text,
            board_urn text,
            noticed_on date NOT NULL,
            at timestamptz NOT NULL,
            event text NOT NULL,
            by text NOT NULL,
            PRIMARY KEY (case_id, id, board_urn)
        )
    """)
