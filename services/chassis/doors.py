"""The door of a service: checks what a party sends, keeps it, gives the receipt; over HTTP and over the party's from-topic alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any, cast

from passend_contracts import catalogue
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import MAX_EVENT_BYTES, Envelope, Invalid, Problem, content_hash, derived_id, encode, known
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.region import Party
from services.chassis.sealing import Keyring, without_plain
from services.chassis.service import OURS
from services.chassis.telemetry import REJECTED

WHAT_TO_DO = "Mend every error below and send it again; an event that was changed needs no new id as long as it was not accepted."
ADDED_BYTES = 256
"""What the door itself adds to an event: number, writer, trace. With it, too, an event stays within its bound."""
TOO_LARGE = Problem("$", "too-large", f"an event is at most {MAX_EVENT_BYTES - ADDED_BYTES:,} bytes here; documents are fetched, not sent")
AHEAD = timedelta(hours=24)
RETENTION = timedelta(days=400)
"""How long an id is remembered in the inboxes; an older `time` could take effect twice and is not let in."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that an event was taken in: the same one for the same event, however often it is sent."""

    event: str
    subject: str
    case: str | None
    """The case that it is about: its subject, or the one that a crisis names; none for a crisis of a child without a case."""
    receipt: str
    received_at: datetime
    repeated: bool


def check(decoded: Envelope | Invalid, party: Party, now: datetime, *, keys: Keyring, lane: Lane | None = None) -> Envelope | Invalid:
    """The event as it may be let in, or `Invalid` with every problem at once, never with a value; `lane` is that of its from-topic."""
    decoded = without_plain(decoded)
    attributes = decoded.known if isinstance(decoded, Invalid) else known(decoded)
    problems = [
        *_sender_problems(attributes, party),
        *_time_problems(attributes.get("time"), now),
        *_lane_problems(attributes, party, lane),
        *keys.problems(attributes, party.id, attributes.get("time", now)),
    ]
    try:
        catalogue.accept(decoded, problems)
    except Invalid as invalid:
        return invalid
    event = cast("Envelope", decoded)
    too_large = len(encode(event)) > MAX_EVENT_BYTES - ADDED_BYTES
    return Invalid([TOO_LARGE], attributes) if too_large else event


def _sender_problems(attributes: Mapping[str, Any], party: Party) -> Iterator[Problem]:
    source, wire_type = attributes.get("source"), attributes.get("type", "")
    if source and (OURS in source or not party.owns(source)):
        asked = f"use a source of your own organisation: {party.urn}:systeem:<name>, where the name does not begin with passend-"
        yield Problem("$.source", "foreign-source", asked)
    if not catalogue.knows(wire_type):
        return
    if party.kind not in catalogue.of(wire_type).emitters:
        yield Problem("$.type", "type-not-allowed", f"a {party.kind} does not emit this type; contracts/EVENTS.md says who does")
    elif catalogue.of(wire_type).planned:
        yield Problem("$.type", "not-in-use", "this event is described, and nobody acts on it yet; contracts/EVENTS.md says what is in use")


def _time_problems(time: datetime | None, now: datetime) -> Iterator[Problem]:
    if time and time > now + AHEAD:
        yield Problem("$.time", "time-ahead", "the time lies more than 24 hours ahead; give the moment of logging")
    if time and time < now - RETENTION:
        yield Problem("$.time", "time-too-old", "the time lies more than 400 days back; send it as a new event, logged now")


def _lane_problems(attributes: Mapping[str, Any], party: Party, lane: Lane | None) -> Iterator[Problem]:
    wire_type = attributes.get("type", "")
    if lane and catalogue.knows(wire_type) and catalogue.of(wire_type).lane != lane:
        right = catalogue.from_topic(party.id, catalogue.of(wire_type).lane)
        yield Problem("$.type", "wrong-topic", f"put events of this type on {right}")


TAKE_IN = text("""
    INSERT INTO arrival (source, id, lane, party, subject, content_hash, receipt, received_at, body)
    SELECT source, id, lane, party, subject, content_hash, receipt, :now, body
    FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:lanes AS text[]), CAST(:parties AS text[]),
                CAST(:subjects AS text[]), CAST(:hashes AS bytea[]), CAST(:receipts AS uuid[]), CAST(:bodies AS bytea[]))
        WITH ORDINALITY AS fresh (source, id, lane, party, subject, content_hash, receipt, body, nth)
    ORDER BY nth
    ON CONFLICT (source, id) DO NOTHING RETURNING source, id, receipt, received_at, content_hash
""")
TAKEN_BEFORE = text("""
    SELECT source, id, receipt, received_at, content_hash FROM arrival
    WHERE (source, id) IN (SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])))
""")
OTHER_CONTENT = Problem("$.id", "id-reused", "this id was sent before with other content; a changed event needs a new id")


Sent = tuple[Envelope | Invalid, Party]
"""An event as it was checked, and who sent it."""


async def take_in(connection: AsyncConnection, sent: Sequence[Sent], now: datetime) -> list[Receipt | Invalid]:
    """Keep those that may be let in and answer each, in order: a receipt, or `Invalid`, also when its id was used for something else.

    Idempotent by insert; what is returned counts when the caller's transaction commits.
    """
    good = [(event, party) for event, party in sent if isinstance(event, Envelope)]
    if not good:
        return [event for event, _ in sent if isinstance(event, Invalid)]
    events = [event for event, _ in good]
    hashes = [_content(event) for event in events]
    rows = await connection.execute(
        TAKE_IN,
        {
            "sources": [event.source for event in events],
            "ids": [event.id for event in events],
            "lanes": [catalogue.of(event.type).lane for event in events],
            "parties": [party.id for _, party in good],
            "now": now,
            "subjects": [event.subject for event in events],
            "hashes": hashes,
            "receipts": [derived_id("receipt", event.source, event.id) for event in events],
            "bodies": [encode(_traced(event)) for event in events],
        },
    )
    fresh = {(row.source, row.id): row for row in rows}
    earlier = await _taken_before(connection, [event for event in events if (event.source, event.id) not in fresh])
    contents = iter(hashes)
    return [_answer(event, next(contents), fresh, earlier) if isinstance(event, Envelope) else event for event, _ in sent]


def _content(event: Envelope) -> bytes:
    """What a sender said, with the kinds of enclosures: sealed anew they look different, and one more or less is another event."""
    kinds = sorted(each["kind"] for each in event.data.get("enclosures", ()))
    return sha256(content_hash(event) + ",".join(kinds).encode()).digest() if kinds else content_hash(event)


WAITING_SINCE = text("""
    SELECT source, id FROM arrival WHERE handled_at IS NULL AND received_at > :since ORDER BY n FOR UPDATE
""")
LINE_UP = text("UPDATE arrival SET n = DEFAULT WHERE source = :source AND id = :id")


async def close(connection: AsyncConnection) -> None:
    """Let nothing in until this transaction is over; who comes meanwhile waits."""
    await connection.execute(text("LOCK TABLE arrival IN SHARE ROW EXCLUSIVE MODE"))


async def line_up_again(connection: AsyncConnection, since: datetime) -> None:
    """Let what was taken in after that moment, and waits, take effect after all else that waits; the door is closed meanwhile."""
    for row in (await connection.execute(WAITING_SINCE, {"since": since})).all():
        await connection.execute(LINE_UP, {"source": row.source, "id": row.id})


def count_rejected(service: str, answers: Iterable[Receipt | Invalid]) -> None:
    """Let operators see what is turned away: an id that is used again, or a supplier's release that nothing gets through of."""
    for answer in answers:
        if isinstance(answer, Invalid):
            for code in answer.codes:
                REJECTED.labels(service, code).inc()


Kept = Mapping[tuple[str, str], Row[Any]]


def _answer(event: Envelope, content: bytes, fresh: Kept, earlier: Kept) -> Receipt | Invalid:
    key = (event.source, event.id)
    row = fresh.get(key) or earlier[key]
    if content != row.content_hash:
        return Invalid([OTHER_CONTENT], known(event))
    return Receipt(event.id, event.subject, _case(event), str(row.receipt), row.received_at, repeated=key not in fresh)


def _case(event: Envelope) -> str | None:
    return event.data.get("caseId") if catalogue.of(event.type).lane == "crises" else event.subject


async def _taken_before(connection: AsyncConnection, events: Sequence[Envelope]) -> Kept:
    if not events:
        return {}
    keys = {"sources": [event.source for event in events], "ids": [event.id for event in events]}
    return {(row.source, row.id): row for row in await connection.execute(TAKEN_BEFORE, keys)}


def _traced(event: Envelope) -> Envelope:
    """The event with a trace to follow it by, if its sender did not bring one."""
    return event if event.traceparent else replace(event, traceparent=f"00-{token_hex(16)}-{token_hex(8)}-01")
