"""What stands open, row by row, so that no page counts it from the record; filled from the record of a database that was there before."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the rows, and fill them by what the record holds."""
    for statement in (*CASES, *CRISES, *REFERRALS, *OPERATORS, *SESSIONS):
        op.execute(statement)


CASES = (
    """ALTER TABLE case_overview
        ADD COLUMN due date,
        ADD COLUMN swv_due date,
        ADD COLUMN third_party_due date,
        ADD COLUMN helped boolean NOT NULL DEFAULT false,
        ADD COLUMN helped_on date
    """,
    """UPDATE case_overview SET due = duty.due, swv_due = duty.swv_due, third_party_due = duty.third_party_due, helped = duty.helped
        FROM (
            SELECT id, min(owed.due) AS due,
                   min(owed.due) FILTER (WHERE owed.owner LIKE 'swv%') AS swv_due,
                   min(owed.due) FILTER (WHERE owed.owner = 'third_party') AS third_party_due,
                   bool_and(owed.kind IN ('evaluate_support', 'evaluate_arrangement')) AS helped
            FROM case_overview, jsonb_to_recordset(obligations) AS owed (kind text, owner text, due date)
            GROUP BY id
        ) AS duty WHERE duty.id = case_overview.id
    """,
    """UPDATE case_overview SET helped_on = first.helped_on
        FROM (
            SELECT subject, min(("time" AT TIME ZONE 'Europe/Amsterdam')::date) AS helped_on
            FROM record, jsonb_to_recordset(body->'data'->'obligations') AS owed (kind text)
            WHERE type = 'nl.passendonderwijs.next-step-set.v1' AND topic = 'guard.cases.v1'
                  AND owed.kind IN ('evaluate_support', 'evaluate_arrangement')
            GROUP BY subject
        ) AS first WHERE first.subject = case_overview.id
    """,
    "DROP INDEX case_overview_open",
    "CREATE INDEX case_overview_due ON case_overview (due NULLS FIRST, id) WHERE outcome IS NULL",
    "CREATE INDEX case_overview_swv ON case_overview (swv_due, id) WHERE swv_due IS NOT NULL",
    "CREATE INDEX case_overview_third_party ON case_overview (third_party_due, id) WHERE third_party_due IS NOT NULL",
    "CREATE INDEX case_overview_helped ON case_overview (helped_on, id) WHERE helped_on IS NOT NULL",
)
CRISES = (
    """CREATE TABLE crisis (
        id text PRIMARY KEY,
        case_id text,
        board_urn text,
        school text,
        situation text,
        urgency text,
        raised_at timestamptz NOT NULL,
        state text,
        state_at timestamptz,
        acknowledged_at timestamptz,
        escalated_at timestamptz,
        resolved_at timestamptz
    )""",
    """INSERT INTO crisis
        SELECT subject, max(body->'data'->>'caseId'), max(split_part(source, '\\:systeem\\:', 1)), max(body->'data'->>'school'),
               max(body->'data'->>'situation'),
               (array_agg(body->'data'->>'urgency' ORDER BY "time" DESC) FILTER (WHERE body->'data' ? 'urgency'))[1], min("time"),
               (array_agg(body->'data'->>'state' ORDER BY "time" DESC) FILTER (WHERE body->'data' ? 'state'))[1],
               max("time") FILTER (WHERE body->'data' ? 'state')
        FROM record
        WHERE type IN ('nl.passendonderwijs.crisis-raised.v1', 'nl.passendonderwijs.crisis-updated.v1') AND topic = 'school.crises.v1'
        GROUP BY subject
    """,
    "CREATE INDEX crisis_case ON crisis (case_id) WHERE case_id IS NOT NULL",
    "CREATE INDEX crisis_open ON crisis (raised_at, id) WHERE resolved_at IS NULL AND state IS DISTINCT FROM 'over'",
)
REFERRALS = (
    """CREATE TABLE referral (
        id text PRIMARY KEY,
        case_id text NOT NULL,
        gemeente text,
        board text,
        school text,
        answer_due date,
        referred_at timestamptz,
        outcome text,
        ended_at timestamptz
    )""",
    """INSERT INTO referral
        SELECT DISTINCT ON (id) id, subject, body->'data'->>'homeMunicipality', body->'data'->>'board', body->'data'->>'school',
               (body->'data'->>'answerDue')::date, "time"
        FROM record WHERE type = 'nl.passendonderwijs.jgt-referred.v1' AND topic = 'jgt.cases.v1' ORDER BY id, n
    """,
    """UPDATE referral SET outcome = over.outcome, ended_at = over.ended_at
        FROM (
            SELECT DISTINCT ON (body->'data'->>'referral') body->'data'->>'referral' AS id, "time" AS ended_at,
                   split_part(split_part(type, '-', 3), '.', 1) AS outcome
            FROM record
            WHERE type IN ('nl.passendonderwijs.jgt-referral-accepted.v1', 'nl.passendonderwijs.jgt-referral-declined.v1',
                           'nl.passendonderwijs.jgt-referral-recalled.v1') AND topic = 'jgt.cases.v1'
            ORDER BY body->'data'->>'referral', n
        ) AS over WHERE over.id = referral.id
    """,
    "CREATE INDEX referral_case ON referral (case_id)",
    "CREATE INDEX referral_gemeente ON referral (gemeente, answer_due, id)",
)
OPERATORS = (
    """CREATE TABLE waiting_case (
        service text NOT NULL,
        case_id text NOT NULL,
        event text,
        fault text,
        place text,
        parked_at timestamptz,
        release_due timestamptz,
        parked_number bigint NOT NULL DEFAULT 0,
        released_number bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (service, case_id)
    )""",
    """INSERT INTO waiting_case
        SELECT DISTINCT ON (producer, subject) producer, subject, body->'data'->>'event', body->'data'->>'fault', body->'data'->>'place',
               "time", (body->'data'->>'releaseDue')::timestamptz, sequence::bigint
        FROM record WHERE type = 'nl.passendonderwijs.case-parked.v1' AND topic LIKE 'dlq.%' AND sequence ~ '^[0-9]{1,12}$'
        ORDER BY producer, subject, sequence DESC
    """,
    """UPDATE waiting_case SET released_number = last.released_number
        FROM (
            SELECT producer, subject, max(sequence::bigint) AS released_number
            FROM record WHERE type = 'nl.passendonderwijs.case-released.v1' AND topic LIKE 'dlq.%' AND sequence ~ '^[0-9]{1,12}$'
            GROUP BY producer, subject
        ) AS last WHERE last.producer = service AND last.subject = case_id
    """,
    "CREATE INDEX waiting_case_open ON waiting_case (release_due, case_id) WHERE parked_number > released_number",
    """CREATE TABLE letter (
        service text NOT NULL,
        topic text NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        content bytea NOT NULL,
        reasons text[] NOT NULL,
        told_at timestamptz NOT NULL,
        PRIMARY KEY (service, topic, partition, "offset", content)
    )""",
    # Until now the record kept of a dead letter neither where it came from nor why: those stand under their own topic.
    """INSERT INTO letter
        SELECT split_part(topic, '.', 2), topic, partition, "offset", content, '{}', coalesce(published_at, recorded_at)
        FROM record WHERE reasons = '{dead-letter}' ON CONFLICT DO NOTHING
    """,
    "CREATE INDEX letter_newest ON letter (told_at)",
)
SESSIONS = (
    # Of a session the database knows a hash: who reads this table can enter as nobody.
    """CREATE TABLE session (
        key bytea PRIMARY KEY,
        party text NOT NULL,
        scopes text[] NOT NULL,
        ends_at timestamptz NOT NULL
    )""",
)
