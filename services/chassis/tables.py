"""The tables of the runtime itself, as the SQL that a service's first migration runs in its own database."""

VERSION_1 = (
    # Seen events. `time` is in the key because the table is partitioned by it later: equal in every copy of an event.
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

VERSION_2 = (
    # Inbox by the month of `time`, outbox by the month of writing (partitions.py makes and drops the months). What fits no month,
    # such as an event of 1970, still finds a place.
    "ALTER TABLE inbox RENAME TO inbox_1",
    """CREATE TABLE inbox (
        source text NOT NULL,
        id text NOT NULL,
        "time" timestamptz NOT NULL,
        PRIMARY KEY (source, id, "time")
    ) PARTITION BY RANGE ("time")""",
    "CREATE TABLE inbox_other PARTITION OF inbox DEFAULT",
    'INSERT INTO inbox SELECT source, id, "time" FROM inbox_1',
    "DROP TABLE inbox_1",
    "ALTER TABLE outbox RENAME TO outbox_1",
    """CREATE TABLE outbox (
        n bigint GENERATED ALWAYS AS IDENTITY,
        lane text NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        type text NOT NULL,
        body bytea NOT NULL,
        headers jsonb,
        hold text,
        written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        claimed_at timestamptz,
        published_at timestamptz,
        PRIMARY KEY (n, written_at)
    ) PARTITION BY RANGE (written_at)""",
    "CREATE TABLE outbox_other PARTITION OF outbox DEFAULT",
    """INSERT INTO outbox (lane, topic, key, type, body, headers, hold, written_at, claimed_at, published_at)
        SELECT 'cases', topic, key, type, body, headers, hold, written_at, claimed_at, published_at FROM outbox_1 ORDER BY n""",
    "DROP TABLE outbox_1",
    "CREATE INDEX outbox_pending ON outbox (lane, n) WHERE published_at IS NULL",
    "CREATE INDEX outbox_hold ON outbox (hold) WHERE hold IS NOT NULL",
    "ALTER TABLE arrival ADD lane text NOT NULL DEFAULT 'cases'",
    "DROP INDEX arrival_waiting",
    "CREATE INDEX arrival_waiting ON arrival (lane, n) WHERE handled_at IS NULL",
    # A case that waits for an operator; the events that wait stand in `parked`, in their order.
    "ALTER TABLE case_lock ADD parked boolean NOT NULL DEFAULT false",
    "CREATE INDEX case_parked ON case_lock (subject) WHERE parked",
    """CREATE TABLE parked (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject text NOT NULL,
        event_id text NOT NULL,
        type text NOT NULL,
        party text,
        position bigint NOT NULL,
        body bytea NOT NULL,
        fault text,
        place text,
        attempts integer NOT NULL,
        parked_at timestamptz NOT NULL
    )""",
    "CREATE INDEX parked_subject ON parked (subject, n)",
    """ALTER TABLE dead_letter
        ADD n bigint GENERATED ALWAYS AS IDENTITY UNIQUE, ADD party text, ADD seen boolean NOT NULL DEFAULT false,
        ADD settled_at timestamptz, ADD settlement text""",
    # What an operator did and why: rows are only ever added.
    """CREATE TABLE operator_action (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        operator text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        reason text NOT NULL,
        detail text NOT NULL
    )""",
    # A timer that fired keeps its row as long as its case still waits for that moment: so it fires once.
    """CREATE TABLE deadline (
        subject text NOT NULL,
        kind text NOT NULL,
        due timestamptz NOT NULL,
        fired_at timestamptz,
        PRIMARY KEY (subject, kind, due)
    )""",
    "CREATE INDEX deadline_due ON deadline (due, subject) WHERE fired_at IS NULL",
)
"""Parking, deadlines, lanes, and tables that are dropped by the month."""

VERSION_3 = (
    # What stands on the topics though this database was put back to a moment before it: ids and numbers per topic (restored.py).
    "ALTER TABLE case_lock ADD told jsonb NOT NULL DEFAULT '{}'",
)
"""A database that was restored takes over from the topics what it has forgotten."""

VERSION_4 = (
    # By time first: what comes now goes to the end of the index, not to a page of its own anywhere in it.
    'ALTER TABLE inbox DROP CONSTRAINT inbox_pkey1, ADD PRIMARY KEY ("time", source, id)',
)
"""An inbox that does not slow down as it grows."""
