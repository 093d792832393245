"""Where a crisis stands, by what notify told of it last; whose it is by who told of it first; and the index that lists ask for."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns, fill them by what the rows and the record hold, and make the index anew."""
    for statement in ROUNDS:
        op.execute(statement)


ROUNDS = (
    """ALTER TABLE crisis
        ADD COLUMN again_at timestamptz,
        ADD COLUMN stage text NOT NULL DEFAULT 'calling',
        ADD COLUMN stage_number bigint NOT NULL DEFAULT 0
    """,
    # What notify told before there were these rows.
    """UPDATE crisis SET acknowledged_at = greatest(crisis.acknowledged_at, told.acknowledged_at),
                         escalated_at = greatest(crisis.escalated_at, told.escalated_at),
                         resolved_at = greatest(crisis.resolved_at, told.resolved_at),
                         stage_number = coalesce(told.number, 0)
        FROM (
            SELECT subject,
                   max("time") FILTER (WHERE type = 'nl.passendonderwijs.crisis-acknowledged.v1') AS acknowledged_at,
                   max("time") FILTER (WHERE type = 'nl.passendonderwijs.crisis-escalated.v1') AS escalated_at,
                   max("time") FILTER (WHERE type = 'nl.passendonderwijs.crisis-resolved.v1') AS resolved_at,
                   max(sequence::bigint) FILTER (WHERE type <> 'nl.passendonderwijs.crisis-escalated.v1') AS number
            FROM record
            WHERE type IN ('nl.passendonderwijs.crisis-acknowledged.v1', 'nl.passendonderwijs.crisis-escalated.v1',
                           'nl.passendonderwijs.crisis-resolved.v1') AND topic = 'swv.crises.v1' AND sequence ~ '^[0-9]{1,12}$'
            GROUP BY subject
        ) AS told WHERE told.subject = crisis.id
    """,
    # Until now a crisis went on again when its school said so after its end; from now on notify says it.
    """UPDATE crisis SET again_at = state_at WHERE state = 'ongoing' AND state_at > resolved_at""",
    """UPDATE crisis SET stage = CASE
            WHEN state = 'over' OR (resolved_at IS NOT NULL AND again_at IS NULL) THEN 'over'
            WHEN acknowledged_at IS NOT NULL AND acknowledged_at > coalesce(again_at, '-infinity') THEN 'taken'
            ELSE 'calling'
        END
    """,
    """UPDATE crisis SET board_urn = first.board_urn
        FROM (
            SELECT DISTINCT ON (subject) subject, split_part(source, '\\:systeem\\:', 1) AS board_urn
            FROM record
            WHERE type IN ('nl.passendonderwijs.crisis-raised.v1', 'nl.passendonderwijs.crisis-updated.v1') AND topic = 'school.crises.v1'
            ORDER BY subject, n
        ) AS first WHERE first.subject = crisis.id
    """,
    "DROP INDEX crisis_open",
    "CREATE INDEX crisis_open ON crisis (raised_at, id) WHERE stage <> 'over'",
)
