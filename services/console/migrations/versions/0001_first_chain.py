"""The runtime's tables, the record, and the cases as the guardian tells them."""

from alembic import op

from services.chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all of them."""
    for statement in tables.VERSION_1:
        op.execute(statement)
    op.execute("""
        CREATE TABLE record (
            n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            log_id text NOT NULL,
            topic text NOT NULL,
            partition integer NOT NULL,
            "offset" bigint NOT NULL,
            published_at timestamptz,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            source text,
            id text,
            type text,
            subject text,
            "time" timestamptz,
            sequence text,
            producer text,
            causationid text,
            content bytea NOT NULL,
            body jsonb,
            raw bytea,
            reasons text[] NOT NULL
        )
    """)
    # One row per event, topic and content: what a relay sends again, and what a new log holds again, is there already.
    op.execute("CREATE UNIQUE INDEX record_event ON record (topic, source, id, content) WHERE id IS NOT NULL")
    # What nobody can read has no id: its place in the log stands for it.
    op.execute('CREATE UNIQUE INDEX record_unreadable ON record (log_id, topic, partition, "offset") WHERE id IS NULL')
    op.execute("CREATE INDEX record_subject ON record (subject, n)")
    op.execute("""
        CREATE FUNCTION record_stays() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the record is append-only'; END $$
    """)
    op.execute("CREATE TRIGGER record_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON record EXECUTE FUNCTION record_stays()")
    op.execute("""
        CREATE TABLE case_overview (
            id text PRIMARY KEY,
            board text NOT NULL,
            school text,
            opened_on date,
            outcome text,
            obligations jsonb NOT NULL
        ) WITH (fillfactor = 80)
    """)
    op.execute("CREATE INDEX case_overview_open ON case_overview (id) WHERE outcome IS NULL")
