"""How far help is in each crisis, the messages on their way, and the links in them; who waited on the old list is called now."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = (
    """ALTER TABLE crisis
        ADD board text NOT NULL DEFAULT '',
        ADD case_id text,
        ADD stage text NOT NULL DEFAULT 'calling',
        ADD calls integer NOT NULL DEFAULT 0,
        ADD called text,
        ADD next_call timestamptz,
        ADD exhausted boolean NOT NULL DEFAULT false,
        ADD taken_by text,
        ADD taken_at timestamptz,
        ADD reminders integer NOT NULL DEFAULT 0,
        ADD next_reminder timestamptz,
        ADD ended_by text,
        ADD ended_at timestamptz""",
    "UPDATE crisis SET stage = 'resolved', ended_by = 'school', ended_at = now() WHERE state = 'over'",
    "UPDATE crisis SET next_call = now() WHERE state <> 'over'",
    "INSERT INTO deadline (subject, kind, due) SELECT id, 'call', next_call FROM crisis WHERE next_call IS NOT NULL",
    "CREATE INDEX crisis_open ON crisis (raised_at) WHERE stage <> 'resolved'",
    """CREATE TABLE delivery (
        id text PRIMARY KEY,
        lane text NOT NULL,
        subject text NOT NULL,
        case_id text,
        about text NOT NULL,
        role text NOT NULL,
        address text NOT NULL,
        token text,
        written_at timestamptz NOT NULL,
        next_at timestamptz NOT NULL,
        attempts integer NOT NULL,
        claimed_by text,
        claimed_until timestamptz,
        done_at timestamptz,
        outcome text
    )""",
    "CREATE INDEX delivery_waiting ON delivery (lane, next_at) WHERE done_at IS NULL",
    "CREATE INDEX delivery_done ON delivery (done_at) WHERE done_at IS NOT NULL",
    "CREATE INDEX delivery_subject ON delivery (subject)",
    """CREATE TABLE link (
        hash bytea PRIMARY KEY,
        crisis text NOT NULL,
        role text NOT NULL,
        purpose text NOT NULL,
        used_at timestamptz
    )""",
    "CREATE INDEX link_crisis ON link (crisis)",
)


def upgrade() -> None:
    """Create all of them."""
    for statement in TABLES:
        op.execute(statement)
