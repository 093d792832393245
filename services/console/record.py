"""The record: every record of every topic that the console reads, kept once and never changed; timelines read only this."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.enclosures import recorded
from passend_contracts.envelope import Envelope, Invalid, content_hash, decode_kafka, encode
from passend_contracts.events import EventRefused, EventRejected
from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from services.chassis import dead_letters
from services.console.domain.timeline import Hop
from services.console.follow import Followed
from services.console.proof.verdict import Sent
from services.console.tables import RecordRow

KEEP = text("""
    INSERT INTO record (log_id, topic, partition, "offset", published_at, source, id, type, subject, "time", sequence, producer,
                        causationid, content, body, raw, reasons)
    SELECT :log_id, topic, partition, "offset", published_at, source, id, type, subject, "time", sequence, producer,
           causationid, content, body, raw, string_to_array(reasons, ',')
    FROM unnest(CAST(:topic AS text[]), CAST(:partition AS int[]), CAST(:offset AS bigint[]), CAST(:published_at AS timestamptz[]),
                CAST(:source AS text[]), CAST(:id AS text[]), CAST(:type AS text[]), CAST(:subject AS text[]),
                CAST(:time AS timestamptz[]), CAST(:sequence AS text[]), CAST(:producer AS text[]), CAST(:causationid AS text[]),
                CAST(:content AS bytea[]), CAST(:body AS jsonb[]), CAST(:raw AS bytea[]), CAST(:reasons AS text[]))
        WITH ORDINALITY AS fresh (topic, partition, "offset", published_at, source, id, type, subject, "time", sequence, producer,
                                  causationid, content, body, raw, reasons, place)
    ORDER BY place
    ON CONFLICT DO NOTHING
""")
NOT_FOR_JSONB = (b"\\u0000", b"Infinity")
"""JSON that the codec reads and PostgreSQL's jsonb does not hold (an endless number is written as this word)."""
DEAD_LETTER = "dead-letter"
"""The reason of what a service mirrors on its topic of dead letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A row to be: an event with its body, or bytes with the reasons why nobody can read them."""

    topic: str
    partition: int
    offset: int
    published_at: datetime | None
    content: bytes
    source: str | None = None
    id: str | None = None
    type: str | None = None
    subject: str | None = None
    time: datetime | None = None
    sequence: str | None = None
    producer: str | None = None
    causationid: str | None = None
    body: str | None = None
    raw: bytes | None = None
    reasons: str = ""


FIELDS = tuple(field.name for field in fields(_Kept))


async def keep(connection: AsyncConnection, records: Sequence[ConsumerRecord], log_id: str) -> None:
    """Keep these records, readable or not, and what stands open by them, in their batch's transaction; repeats are absorbed."""
    followed = Followed()
    rows = [_kept(record, followed) for record in records]
    await connection.execute(KEEP, {"log_id": log_id, **{name: [getattr(row, name) for row in rows] for name in FIELDS}})
    await followed.write(connection)


def _kept(record: ConsumerRecord, followed: Followed) -> _Kept:
    place = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "published_at": _moment(record.timestamp),
    }
    if dead_letters.is_mirror(record):  # the input itself stands where it came in; no case has it twice
        followed.letter(record, place["published_at"] or datetime.now(UTC))
        return _unreadable(place, record.value, [DEAD_LETTER], None)
    try:
        event = decode_kafka(record.key, record.value, record.headers)
    except Invalid as invalid:
        return _unreadable(place, record.value, invalid.codes, invalid.subject)
    body = encode(replace(event, data=recorded(event.data)) if "enclosures" in event.data else event)
    if any(mark in body for mark in NOT_FOR_JSONB):
        return _unreadable(place, record.value, ["not-for-jsonb"], event.subject)
    followed.event(record.topic, event)
    return _event(place, event, body.decode())


def _moment(milliseconds: int) -> datetime | None:
    """When a record was put on its topic; none where its writer gave none, or one that no calendar has."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _event(place: dict[str, Any], event: Envelope, body: str) -> _Kept:
    return _Kept(
        **place,
        content=content_hash(event),
        source=event.source,
        id=event.id,
        type=event.type,
        subject=event.subject,
        time=event.time,
        sequence=event.sequence,
        producer=event.producer,
        causationid=event.causationid,
        body=body,
    )


def _unreadable(place: dict[str, Any], value: bytes | None, reasons: list[str], subject: str | None) -> _Kept:
    return _Kept(**place, content=hashlib.sha256(value or b"").digest(), subject=subject, raw=value, reasons=",".join(reasons))


async def of_case(connection: AsyncConnection, case_id: str) -> list[Hop]:
    """Everything in the record about a case, as it was recorded."""
    rows = await connection.execute(select(RecordRow).where(col(RecordRow.subject) == case_id).order_by(col(RecordRow.n)))
    return [_hop(row) for row in rows]


async def by_case(connection: AsyncConnection) -> AsyncIterator[tuple[str, list[Hop]]]:
    """The whole record, case by case, each as it was recorded; holds one case in memory at a time."""
    rows = select(RecordRow).where(col(RecordRow.subject).is_not(None)).order_by(col(RecordRow.subject), col(RecordRow.n))
    case, hops = "", list[Hop]()
    async with connection.stream(rows, execution_options={"yield_per": 1_000}) as stream:
        async for row in stream:
            if row.subject != case and hops:
                yield case, hops
                hops = []
            case = row.subject
            hops.append(_hop(row))
    if hops:
        yield case, hops


OUTCOMES = text("""
    SELECT sent.source, sent.id FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) AS sent (source, id)
    WHERE EXISTS (SELECT FROM record WHERE record.source = sent.source AND record.id = sent.id AND topic = ANY(:facts))
       OR sent.id IN (SELECT body->'data'->>'event' FROM record WHERE type = ANY(:answers))
""")
FACTS = [topic.name for topic in catalogue.TOPICS.values()]
ANSWERS = [catalogue.of(kind).type for kind in (EventRefused, EventRejected)]


async def with_outcome(connection: AsyncConnection, sent: Sequence[Sent]) -> set[Sent]:
    """Those of these events that the record holds as a fact, or as refused or rejected."""
    parameters = {"sources": [each.source for each in sent], "ids": [each.id for each in sent], "facts": FACTS, "answers": ANSWERS}
    return {Sent(row.source, row.id) for row in await connection.execute(OUTCOMES, parameters)}


def _hop(row: Row[Any]) -> Hop:
    return Hop(
        topic=row.topic,
        partition=row.partition,
        offset=row.offset,
        published_at=row.published_at or row.recorded_at,
        recorded_at=row.recorded_at,
        source=row.source,
        id=row.id,
        type=row.type,
        time=row.time,
        sequence=row.sequence,
        producer=row.producer,
        cause=row.causationid,
        data=row.body["data"] if row.body else {},
        reasons=tuple(row.reasons),
    )
