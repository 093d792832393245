"""The runtime's tables, and the guardian's cases, obligations and history."""

from alembic import op

from services.chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all of them."""
    for statement in tables.VERSION_1:
        op.execute(statement)
    op.execute("""
        CREATE TABLE guarded_case (
            id text PRIMARY KEY,
            board text NOT NULL,
            board_urn text NOT NULL,
            school text NOT NULL,
            municipality text NOT NULL,
            age_band text NOT NULL,
            opened_on date NOT NULL,
            team_known boolean NOT NULL,
            outcome text,
            referral_wanted boolean NOT NULL,
            may_refer boolean NOT NULL,
            feedback boolean NOT NULL
        ) WITH (fillfactor = 80)
    """)
    op.execute("CREATE INDEX guarded_case_board ON guarded_case (board)")
    op.execute("""
        CREATE TABLE obligation (
            case_id text REFERENCES guarded_case (id),
            kind text,
            owner text NOT NULL,
            due date NOT NULL,
            ground text NOT NULL,
            PRIMARY KEY (case_id, kind)
        )
    """)
    op.execute("CREATE INDEX obligation_due ON obligation (due)")
    op.execute("""
        CREATE TABLE case_history (
            n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            case_id text NOT NULL REFERENCES guarded_case (id),
            at timestamptz NOT NULL,
            event text NOT NULL,
            by text NOT NULL
        )
    """)
    op.execute("CREATE INDEX case_history_case ON case_history (case_id, n)")
