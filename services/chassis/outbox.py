"""The outbox: what a transaction tells, numbered per case and topic under the case lock, and stopped under the row lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from passend_contracts import catalogue
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import Envelope, derived_id, encode, read_back
from passend_contracts.events import Withheld
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.turns import InTurns


@dataclass(slots=True)
class Cases:
    """What is known of cases that this transaction has locked."""

    sequences: dict[str, dict[str, int]] = field(default_factory=dict)
    """Last number per topic, per case: {subject: {topic: number}}."""
    parked: set[str] = field(default_factory=set)
    """Those that wait for an operator."""
    lane: Lane = "cases"


@dataclass(slots=True)
class Outgoing:
    """An event on its way to a topic; with a `hold` it can be stopped until the relay has claimed it."""

    event: Envelope
    topic: str
    hold: str | None = None


NEW_CASES = text("INSERT INTO case_lock (subject) SELECT unnest(CAST(:subjects AS text[])) ON CONFLICT DO NOTHING")
LOCK_CASES = text("SELECT subject, sequences, parked FROM case_lock WHERE subject = ANY(:subjects) ORDER BY subject FOR UPDATE")


async def lock_cases(connection: AsyncConnection, subjects: Iterable[str], lane: Lane = "cases") -> Cases:
    """Lock these cases until the end of the transaction, in the order that everybody takes.

    What goes straight through the lane of crises has locks of its own, for its numbers only: it never waits for a case of that name.
    """
    rows = {_lock(subject, lane): subject for subject in subjects}
    ordered = sorted(rows)
    await connection.execute(NEW_CASES, {"subjects": ordered})
    found = (await connection.execute(LOCK_CASES, {"subjects": ordered})).all()
    return Cases({rows[row.subject]: row.sequences for row in found}, {rows[row.subject] for row in found if row.parked}, lane)


def _lock(subject: str, lane: Lane) -> str:
    return subject if lane == "cases" else f"{lane}/{subject}"


WRITE_ROWS = text("""
    INSERT INTO outbox (lane, topic, key, type, body, hold)
    SELECT * FROM unnest(CAST(:lanes AS text[]), CAST(:topics AS text[]), CAST(:keys AS text[]), CAST(:types AS text[]),
                         CAST(:bodies AS bytea[]), CAST(:holds AS text[]))
""")
WRITE_NUMBERS = text("""
    UPDATE case_lock SET sequences = fresh.sequences
    FROM unnest(CAST(:subjects AS text[]), CAST(:sequences AS jsonb[])) AS fresh (subject, sequences)
    WHERE case_lock.subject = fresh.subject
""")


async def write(connection: AsyncConnection, outgoing: Sequence[Outgoing], cases: Cases) -> None:
    """Number these events and put them into the outbox; their cases are locked in this transaction."""
    if not outgoing:
        return
    await connection.execute(
        WRITE_ROWS,
        {
            "lanes": [catalogue.topic(row.topic).lane for row in outgoing],
            "topics": [row.topic for row in outgoing],
            "keys": [row.event.subject for row in outgoing],
            "types": [row.event.type for row in outgoing],
            "bodies": [encode(row.event, _next_number(row, cases)) async for row in InTurns(outgoing)],
            "holds": [row.hold for row in outgoing],
        },
    )
    subjects = sorted({row.event.subject for row in outgoing})
    numbers = [to_json(cases.sequences[subject]).decode() for subject in subjects]
    await connection.execute(WRITE_NUMBERS, {"subjects": [_lock(subject, cases.lane) for subject in subjects], "sequences": numbers})


def _next_number(row: Outgoing, cases: Cases) -> str:
    numbers = cases.sequences[row.event.subject]
    numbers[row.topic] = numbers.get(row.topic, 0) + 1
    return f"{numbers[row.topic]:012d}"


# The relay locks its lease, then the rows it claims or marks; who withholds rows in the order of its events goes by the same lock first,
# or each would wait for the other.
KEEP_RELAY_OFF = text("SELECT FROM relay_lease WHERE lane IN (SELECT lane FROM outbox WHERE hold = :hold) FOR SHARE")
HELD_ROWS = text("SELECT n, body, claimed_at IS NOT NULL AS gone FROM outbox WHERE hold = :hold ORDER BY n FOR UPDATE")
EMPTY_ROW = text("UPDATE outbox SET body = :body, type = :type, hold = NULL WHERE n = :n")


async def withhold(connection: AsyncConnection, hold: str, now: datetime) -> bool:
    """Empty all rows of that hold unless the relay has claimed one; returns whether it was in time."""
    await connection.execute(KEEP_RELAY_OFF, {"hold": hold})
    rows = (await connection.execute(HELD_ROWS, {"hold": hold})).all()
    if not rows or any(row.gone for row in rows):
        return False
    for row in rows:
        event = _emptied(read_back(row.body), now)
        await connection.execute(EMPTY_ROW, {"n": row.n, "body": encode(event), "type": event.type})
    return True


def _emptied(event: Envelope, now: datetime) -> Envelope:
    kind = catalogue.of(Withheld)
    return replace(
        event,
        id=derived_id(event.source, event.id, kind.type),
        type=kind.type,
        dataschema=kind.dataschema,
        time=now,
        data={},
    )
