"""The outbox: what a transaction tells, numbered per case and topic under the case lock, and stopped under the row lock."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    told: dict[str, "Topics"] = field(default_factory=dict)
    """What stands on the topics already though this database had forgotten it, per case (`restored.py`); nothing as a rule."""


Topics = dict[str, dict[str, int]]
"""Ids and their numbers, per topic."""


@dataclass(slots=True)
class Outgoing:
    """An event on its way to a topic; with a `hold` it can be stopped until the relay has claimed it."""

    event: Envelope
    topic: str
    hold: str | None = None


NEW_CASES = text("INSERT INTO case_lock (subject) SELECT unnest(CAST(:subjects AS text[])) ON CONFLICT DO NOTHING")
LOCK_CASES = text("SELECT subject, sequences, parked, told FROM case_lock WHERE subject = ANY(:subjects) ORDER BY subject FOR UPDATE")


async def lock_cases(connection: AsyncConnection, subjects: Iterable[str], lane: Lane = "cases") -> Cases:
    """Lock these cases until the end of the transaction, in the order that everybody takes.

    What goes straight through the lane of crises has locks of its own, for its numbers only: it never waits for a case of that name.
    """
    rows = {_lock(subject, lane): subject for subject in subjects}
    ordered = sorted(rows)
    await connection.execute(NEW_CASES, {"subjects": ordered})
    found = (await connection.execute(LOCK_CASES, {"subjects": ordered})).all()
    return Cases(
        {rows[row.subject]: row.sequences for row in found},
        {rows[row.subject] for row in found if row.parked},
        lane,
        {rows[row.subject]: row.told for row in found if row.told},
    )


def _lock(subject: str, lane: Lane) -> str:
    return subject if lane == "cases" else f"{lane}/{subject}"


WRITE_ROWS = text("""
    INSERT INTO outbox (lane, topic, key, type, body, hold, claimed_at, published_at)
    SELECT lane, topic, key, type, body, hold, CASE WHEN gone THEN clock_timestamp() END, CASE WHEN told THEN clock_timestamp() END
    FROM unnest(CAST(:lanes AS text[]), CAST(:topics AS text[]), CAST(:keys AS text[]), CAST(:types AS text[]),
                CAST(:bodies AS bytea[]), CAST(:holds AS text[]), CAST(:gone AS boolean[]), CAST(:told AS boolean[]))
        WITH ORDINALITY AS fresh (lane, topic, key, type, body, hold, gone, told, nth)
    ORDER BY nth
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
    placed = [_placed(row, cases) async for row in InTurns(outgoing)]
    await connection.execute(
        WRITE_ROWS,
        {
            "lanes": [catalogue.topic(row.topic).lane for row in outgoing],
            "topics": [row.topic for row in outgoing],
            "keys": [row.event.subject for row in outgoing],
            "types": [row.event.type for row in outgoing],
            "bodies": [encode(row.event, each.sequence) async for row, each in InTurns(zip(outgoing, placed, strict=True))],
            "holds": [row.hold for row in outgoing],
            "gone": [each.gone for each in placed],
            "told": [each.told for each in placed],
        },
    )
    await _write_numbers(connection, {row.event.subject for row in outgoing}, cases)


async def _write_numbers(connection: AsyncConnection, subjects: Iterable[str], cases: Cases) -> None:
    ordered = sorted(subjects)
    numbers = [to_json(cases.sequences[subject]).decode() for subject in ordered]
    await connection.execute(WRITE_NUMBERS, {"subjects": [_lock(subject, cases.lane) for subject in ordered], "sequences": numbers})


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where an event stands: under its number, which is that of before where it was told before, and then it is not told again."""

    number: int
    told: bool = False
    gone: bool = False
    """Told as it is, so that only a recall stops it; and not as `withheld`."""

    @property
    def sequence(self) -> str:
        """The number as it travels."""
        return f"{self.number:012d}"


def _placed(row: Outgoing, cases: Cases) -> _Placed:
    if told := cases.told.get(row.event.subject, {}).get(row.topic):
        if number := told.get(row.event.id):
            return _Placed(number, told=True, gone=True)
        if row.hold and (number := told.get(_withheld_id(row.event))):
            return _Placed(number, told=True)
    numbers = cases.sequences[row.event.subject]
    numbers[row.topic] = numbers.get(row.topic, 0) + 1
    return _Placed(numbers[row.topic])


TOLD = "(hold IS NULL OR claimed_at IS NOT NULL)"
"""Of a published row: that it went out as it is. Else only its `withheld` did, before this database was restored: it never goes out."""

NUMBERS = text("SELECT subject, sequences FROM case_lock WHERE subject = ANY(:subjects)")
KEEP_RELAYS_OFF = text("SELECT FROM relay_lease FOR SHARE")
WAITING = text("SELECT topic, body FROM outbox WHERE published_at IS NULL AND key = ANY(:subjects)")
UNPUBLISHED = text("SELECT n, topic, key, body, hold FROM outbox WHERE published_at IS NULL AND key = ANY(:subjects) ORDER BY n FOR UPDATE")
PLACE_ROW = text("""
    UPDATE outbox SET body = :body, claimed_at = CASE WHEN :gone THEN clock_timestamp() END,
        published_at = CASE WHEN :told THEN clock_timestamp() END
    WHERE n = :n
""")
REMEMBER = text("""
    UPDATE case_lock SET told = fresh.told
    FROM unnest(CAST(:subjects AS text[]), CAST(:told AS jsonb[])) AS fresh (subject, told)
    WHERE case_lock.subject = fresh.subject
""")


async def numbers(connection: AsyncConnection, subjects: Iterable[str], lane: Lane) -> dict[str, dict[str, int]]:
    """The last number per topic of those cases that have one, without locking them."""
    rows = {_lock(subject, lane): subject for subject in subjects}
    return {rows[row.subject]: row.sequences for row in await connection.execute(NUMBERS, {"subjects": sorted(rows)})}


async def told_otherwise(connection: AsyncConnection, said: Iterable[tuple[str, Envelope]]) -> bool:
    """Whether another event went out under the number of one that waits here: it was withheld, and this database does not know."""
    told = {(topic, event.subject, event.sequence): event.id for topic, event in said}
    waiting = await connection.execute(WAITING, {"subjects": sorted({subject for _, subject, _ in told})})
    events = [(row.topic, read_back(row.body)) for row in waiting]
    return any(told.get((topic, event.subject, event.sequence), event.id) != event.id for topic, event in events)


async def remember(connection: AsyncConnection, told: Mapping[str, Topics], lane: Lane) -> None:
    """Take over what these cases were told: numbers go on after it, and what is told again counts as told, also of what waits here."""
    cases = await lock_cases(connection, told, lane)
    await connection.execute(KEEP_RELAYS_OFF)
    waiting = (await connection.execute(UNPUBLISHED, {"subjects": sorted(told)})).all()
    unpublished = Counter((row.key, row.topic) for row in waiting)
    for subject, topics in told.items():
        known, numbers = cases.told.setdefault(subject, {}), cases.sequences[subject]
        for topic, ids in topics.items():
            known[topic] = known.get(topic, {}) | ids
            numbers[topic] = max(numbers.get(topic, 0) - unpublished[subject, topic], *known[topic].values())
    for row in waiting:
        if row.topic in told[row.key]:
            event = read_back(row.body)
            placed = _placed(Outgoing(event, row.topic, row.hold), cases)
            await connection.execute(
                PLACE_ROW, {"n": row.n, "body": encode(event, placed.sequence), "gone": placed.gone, "told": placed.told}
            )
    await _write_numbers(connection, told, cases)
    kept = {_lock(subject, lane): to_json(cases.told[subject]).decode() for subject in sorted(told)}
    await connection.execute(REMEMBER, {"subjects": list(kept), "told": list(kept.values())})


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
    return replace(event, id=_withheld_id(event), type=kind.type, dataschema=kind.dataschema, time=now, data={})


def _withheld_id(event: Envelope) -> str:
    return derived_id(event.source, event.id, catalogue.of(Withheld).type)
