"""Which roles were called in a round, how long each message lets its reader wait, and in which message a link stands."""

from alembic import op

revision = "0003"
down_revision = "0002"

CHANGES = (
    "ALTER TABLE crisis ADD rounds integer NOT NULL DEFAULT 0, ADD called_in_round text[] NOT NULL DEFAULT '{}'",
    # As it was until now: three rounds, and three roles in each.
    """UPDATE crisis SET
        rounds = CASE WHEN exhausted THEN 3 ELSE calls / 3 END,
        called_in_round = CASE WHEN exhausted OR calls % 3 = 0 OR called IS NULL THEN '{}' ELSE ARRAY[called] END""",
    "ALTER TABLE delivery ADD wait interval",
    """UPDATE delivery SET wait = CASE about WHEN 'crisis_call' THEN interval '15 minutes' ELSE interval '4 hours' END
        WHERE lane = 'crises'""",
    "ALTER TABLE link ADD message text",
    "UPDATE link SET message = encode(hash, 'hex')",
    "ALTER TABLE link ALTER message SET NOT NULL",
)


def upgrade() -> None:
    """Change them, and what they hold."""
    for statement in CHANGES:
        op.execute(statement)
