"""The tables of the runtime itself, as the SQL that a service's first migration runs in its own database."""

VERSION_1 = (
    # Seen events. `time` is in the key because the table will be partitioned by it: equal in every copy of an event.
    """CREATE TABLE inbox (
        source text NOT NULL,
        id text NOT NULL,
        "time" timestamptz NOT NULL,
        PRIMARY KEY (source, id, "time")
    )""",
    # One row per case: the lock that all work on the case takes, and the last sequence number per topic.
    """CREATE TABLE case_lock (
        subject text PRIMARY KEY,
        sequences jsonb NOT NULL DEFAULT '{}'
    ) WITH (fillfactor = 70)""",
    """CREATE TABLE outbox (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        type text NOT NULL,
        body bytea NOT NULL,
        headers jsonb,
        hold text,
        written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        claimed_at timestamptz,
        published_at timestamptz
    )""",
    "CREATE INDEX outbox_pending ON outbox (n) WHERE published_at IS NULL",
    "CREATE INDEX outbox_hold ON outbox (hold) WHERE hold IS NOT NULL",
    """CREATE TABLE relay_lease (
        lane text PRIMARY KEY,
        holder text NOT NULL,
        epoch bigint NOT NULL,
        expires_at timestamptz NOT NULL,
        log_id text NOT NULL
    )""",
    """CREATE TABLE consumer_offset (
        consumer text NOT NULL,
        topic text NOT NULL,
        partition integer NOT NULL,
        log_id text NOT NULL,
        next_offset bigint NOT NULL,
        PRIMARY KEY (consumer, topic, partition)
    ) WITH (fillfactor = 50)""",
    # What came through a door. The row stays for the life of the case, so that a resend gets the same receipt; the body goes once handled.
    """CREATE TABLE arrival (
        source text NOT NULL,
        id text NOT NULL,
        n bigint GENERATED ALWAYS AS IDENTITY,
        party text NOT NULL,
        subject text NOT NULL,
        content_hash bytea NOT NULL,
        receipt uuid NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        body bytea,
        handled_at timestamptz,
        PRIMARY KEY (source, id)
    )""",
    "CREATE INDEX arrival_waiting ON arrival (n) WHERE handled_at IS NULL",
    # No text of an exception: it may quote the record. The body is kept byte for byte.
    """CREATE TABLE dead_letter (
        log_id text NOT NULL,
        topic text NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        key bytea,
        body bytea,
        headers jsonb NOT NULL,
        reasons text[] NOT NULL,
        consumer text NOT NULL,
        version text NOT NULL,
        failed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (log_id, topic, partition, "offset")
    )""",
)
