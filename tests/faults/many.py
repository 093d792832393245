"""Much of one case at once: more than Kafka's producer puts into a batch, so that a later part could go out without an earlier one."""

from collections.abc import Iterable

MORE_THAN_A_BATCH = """
    INSERT INTO outbox (lane, topic, key, type, body)
    SELECT 'cases', $1, 'one', 'many', convert_to(lpad(n::text, 4, '0') || repeat('x', 600), 'UTF8')
    FROM generate_series(1, 1000) AS n RETURNING 0
"""
SMALLER_THAN_A_BATCH = 240_000
"""Bytes; the last of its batches is smaller."""


def assert_in_order(told: Iterable[bytes]) -> None:
    """Whether all of it stands on a topic, each where it is due when it stands there first."""
    assert list(dict.fromkeys(value[:4] for value in told)) == [b"%04d" % n for n in range(1, 1001)]
