"""How cases end, and go on: a child that was placed, a hand-over to another board, what stands still though everybody has heard."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """What had reached the top of its ladder waits for one moment more: that it is still not met a week later."""
    op.execute("""
        ALTER TABLE guarded_case ADD COLUMN placed boolean NOT NULL DEFAULT false,
                                 ADD COLUMN handover_to text, ADD COLUMN handover_outcome text
    """)
    op.execute("""
        INSERT INTO deadline (subject, kind, due)
        SELECT case_id, kind, (due + 22)::timestamp AT TIME ZONE 'Europe/Amsterdam' FROM obligation WHERE steps = 3
        ON CONFLICT DO NOTHING
    """)
