"""Keeps beside the record what stands open: crises, referrals, parked cases and dead letters, a row each, in the record's transaction.

Each row is merged with what is told of it, in whatever order and however often that comes. What a catalogue does not know yet
counts by the stem of its type alone; data that does not follow its form changes nothing here.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, Invalid
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.console.domain.standing import Stage
from services.console.reading import stem

Row = dict[str, Any]
CRISIS_TOPICS = ("school.crises.v1", "swv.crises.v1")
ENDS = {"jgt_referral_accepted": "accepted", "jgt_referral_declined": "declined", "jgt_referral_recalled": "recalled"}

CRISIS = text("""
    INSERT INTO crisis AS known
    SELECT * FROM unnest(
        CAST(:id AS text[]), CAST(:case_id AS text[]), CAST(:board_urn AS text[]), CAST(:school AS text[]), CAST(:situation AS text[]),
        CAST(:urgency AS text[]), CAST(:raised_at AS timestamptz[]), CAST(:state AS text[]), CAST(:state_at AS timestamptz[]),
        CAST(:acknowledged_at AS timestamptz[]), CAST(:escalated_at AS timestamptz[]), CAST(:resolved_at AS timestamptz[]),
        CAST(:again_at AS timestamptz[]), CAST(:stage AS text[]), CAST(:stage_number AS bigint[]))
    ON CONFLICT (id) DO UPDATE SET
        case_id = coalesce(known.case_id, excluded.case_id),
        board_urn = coalesce(known.board_urn, excluded.board_urn),
        school = coalesce(known.school, excluded.school),
        situation = coalesce(known.situation, excluded.situation),
        urgency = coalesce(excluded.urgency, known.urgency),
        raised_at = least(known.raised_at, excluded.raised_at),
        state = CASE WHEN excluded.state_at < known.state_at THEN known.state ELSE coalesce(excluded.state, known.state) END,
        state_at = greatest(known.state_at, excluded.state_at),
        acknowledged_at = greatest(known.acknowledged_at, excluded.acknowledged_at),
        escalated_at = greatest(known.escalated_at, excluded.escalated_at),
        resolved_at = greatest(known.resolved_at, excluded.resolved_at),
        again_at = greatest(known.again_at, excluded.again_at),
        stage = CASE WHEN excluded.stage_number > known.stage_number THEN excluded.stage ELSE known.stage END,
        stage_number = greatest(known.stage_number, excluded.stage_number)
    WHERE known.board_urn IS NULL OR excluded.board_urn IS NULL OR excluded.board_urn = known.board_urn
""")
"""A crisis is the board's that told of it first: what another board says under its id changes nothing. Where it stands
is what notify told last, by its numbers: a simulation's clock stands still between two of its events."""
CRISIS_FIELDS = (
    *("id", "case_id", "board_urn", "school", "situation", "urgency", "raised_at", "state", "state_at"),
    *("acknowledged_at", "escalated_at", "resolved_at", "again_at", "stage", "stage_number"),
)
REFERRAL = text("""
    INSERT INTO referral AS known
    SELECT * FROM unnest(
        CAST(:id AS text[]), CAST(:case_id AS text[]), CAST(:gemeente AS text[]), CAST(:board AS text[]), CAST(:school AS text[]),
        CAST(:answer_due AS date[]), CAST(:referred_at AS timestamptz[]), CAST(:outcome AS text[]), CAST(:ended_at AS timestamptz[]))
    ON CONFLICT (id) DO UPDATE SET
        gemeente = coalesce(known.gemeente, excluded.gemeente),
        board = coalesce(known.board, excluded.board),
        school = coalesce(known.school, excluded.school),
        answer_due = coalesce(known.answer_due, excluded.answer_due),
        referred_at = coalesce(known.referred_at, excluded.referred_at),
        outcome = CASE WHEN excluded.ended_at < known.ended_at THEN known.outcome ELSE coalesce(excluded.outcome, known.outcome) END,
        ended_at = greatest(known.ended_at, excluded.ended_at)
""")
REFERRAL_FIELDS = ("id", "case_id", "gemeente", "board", "school", "answer_due", "referred_at", "outcome", "ended_at")
PARKED = text("""
    INSERT INTO waiting_case AS known (service, case_id, event, fault, place, parked_at, release_due, parked_number)
    SELECT * FROM unnest(
        CAST(:service AS text[]), CAST(:case_id AS text[]), CAST(:event AS text[]), CAST(:fault AS text[]), CAST(:place AS text[]),
        CAST(:parked_at AS timestamptz[]), CAST(:release_due AS timestamptz[]), CAST(:parked_number AS bigint[]))
    ON CONFLICT (service, case_id) DO UPDATE SET
        (event, fault, place, parked_at, release_due, parked_number) =
        ROW(excluded.event, excluded.fault, excluded.place, excluded.parked_at, excluded.release_due, excluded.parked_number)
    WHERE excluded.parked_number > known.parked_number
""")
PARKED_FIELDS = ("service", "case_id", "event", "fault", "place", "parked_at", "release_due", "parked_number")
RELEASED = text("""
    INSERT INTO waiting_case AS known (service, case_id, released_number)
    SELECT * FROM unnest(CAST(:service AS text[]), CAST(:case_id AS text[]), CAST(:released_number AS bigint[]))
    ON CONFLICT (service, case_id) DO UPDATE SET released_number = greatest(known.released_number, excluded.released_number)
""")
RELEASED_FIELDS = ("service", "case_id", "released_number")
LETTER = text("""
    INSERT INTO letter
    SELECT service, topic, partition, "offset", content, string_to_array(reasons, ','), told_at
    FROM unnest(CAST(:service AS text[]), CAST(:topic AS text[]), CAST(:partition AS int[]), CAST(:offset AS bigint[]),
                CAST(:content AS bytea[]), CAST(:reasons AS text[]), CAST(:told_at AS timestamptz[]))
        AS fresh (service, topic, partition, "offset", content, reasons, told_at)
    ON CONFLICT DO NOTHING
""")
LETTER_FIELDS = ("service", "topic", "partition", "offset", "content", "reasons", "told_at")


class Kind(NamedTuple):
    """How rows of one kind are merged: the statement, its fields, and how many of them are the key."""

    statement: TextClause
    fields: tuple[str, ...]
    key: int

    def of(self, row: Row) -> tuple[Any, ...]:
        """The key of a row."""
        return tuple(row[name] for name in self.fields[: self.key])


CRISES, REFERRALS = Kind(CRISIS, CRISIS_FIELDS, 1), Kind(REFERRAL, REFERRAL_FIELDS, 1)
PARKINGS, RELEASES, LETTERS = Kind(PARKED, PARKED_FIELDS, 2), Kind(RELEASED, RELEASED_FIELDS, 2), Kind(LETTER, LETTER_FIELDS, 5)
KINDS = (CRISES, REFERRALS, PARKINGS, RELEASES, LETTERS)
"""In the order in which every transaction writes them."""


class Followed:
    """What a batch tells of these; `write` keeps it, with a statement for each kind that came."""

    def __init__(self) -> None:
        self._told: dict[Kind, list[Row]] = {}

    def event(self, topic: str, event: Envelope) -> None:
        """One event, on the topic where it was read."""
        read = READ.get(name := stem(event.type))
        if read is None:
            return
        if not catalogue.knows(event.type):
            if topic in CRISIS_TOPICS and name in MARKS:
                self._add(CRISES, _marked(event, name))
        elif read is _crisis and topic not in CRISIS_TOPICS:
            return  # the same again, for the board: with other numbers
        elif catalogue.of(event.type).belongs_on(topic):
            with suppress(Invalid):
                self._add(*read(event, catalogue.read(event), name))

    def letter(self, record: ConsumerRecord, told_at: datetime) -> None:
        """A dead letter, as its service mirrored it."""
        said = {name: (value or b"").decode("utf-8", "replace").replace("\0", "") for name, value in record.headers}
        row = {
            "service": record.topic.split(".")[1],
            "topic": said.get("topic", record.topic),
            "partition": _number(said.get("partition"), record.partition),
            "offset": _number(said.get("offset"), record.offset),
            "content": hashlib.sha256(record.value or b"").digest(),
            "reasons": said.get("reasons", ""),
            "told_at": told_at,
        }
        self._add(LETTERS, row)

    def _add(self, kind: Kind, row: Row) -> None:
        self._told.setdefault(kind, []).append(row)

    async def write(self, connection: AsyncConnection) -> None:
        """Merge it all into the rows that there are, in the order of their keys, so that no two consumers wait for each other."""
        for kind in KINDS:
            for rows in _apart(kind, self._told.get(kind, [])):
                await connection.execute(kind.statement, {name: [row.get(name) for row in rows] for name in kind.fields})


def _apart(kind: Kind, told: Sequence[Row]) -> list[list[Row]]:
    """As few lists as there can be without two rows of one key in any: a statement merges a row once."""
    lists: list[dict[tuple[Any, ...], Row]] = []
    seen: Counter[tuple[Any, ...]] = Counter()
    for row in told:
        key = kind.of(row)
        if seen[key] == len(lists):
            lists.append({})
        lists[seen[key]][key] = row
        seen[key] += 1
    return [[rows[key] for key in sorted(rows)] for rows in lists]


def _crisis(event: Envelope, data: Any, name: str) -> tuple[Kind, Row]:
    row = {
        **_marked(event, AGAIN if getattr(data, "reason", None) == AGAIN else name),
        "case_id": getattr(data, "case_id", None),
        "school": getattr(data, "school", None),
        "urgency": getattr(data, "urgency", None),
    }
    if name == "crisis_raised":
        row |= {"board_urn": _sender(event), "situation": data.situation}
    if name == "crisis_updated":
        row |= {"board_urn": _sender(event), "state": data.state, "state_at": event.time}
    return CRISES, row


def _marked(event: Envelope, name: str) -> Row:
    row: Row = {"id": event.subject, "raised_at": event.time, "stage": Stage.CALLING, "stage_number": 0}
    if name in MARKS:
        row[MARKS[name]] = event.time
    if name in STAGES:
        row |= {"stage": STAGES[name], "stage_number": _number(event.sequence, 0)}
    return row


def _sender(event: Envelope) -> str:
    return event.source.partition(":systeem:")[0]


def _referral(event: Envelope, data: Any, name: str) -> tuple[Kind, Row]:
    if name in ENDS:
        return REFERRALS, {"id": data.referral, "case_id": event.subject, "outcome": ENDS[name], "ended_at": event.time}
    asked = {"gemeente": data.home_municipality, "board": data.board, "school": data.school, "answer_due": data.answer_due}
    return REFERRALS, {"id": event.id, "case_id": event.subject, "referred_at": event.time, **asked}


def _parked(event: Envelope, data: Any, name: str) -> tuple[Kind, Row]:
    row: Row = {"service": event.producer or "", "case_id": event.subject}
    number = _number(event.sequence, 0)
    if name == "case_released":
        return RELEASES, {**row, "released_number": number}
    row |= {"event": data.event, "fault": data.fault, "place": data.place, "release_due": data.release_due}
    return PARKINGS, {**row, "parked_number": number, "parked_at": event.time}


def _number(digits: str | None, otherwise: int) -> int:
    return int(digits) if digits and digits.isascii() and digits.isdigit() and len(digits) < 13 else otherwise


AGAIN = "goes_on_again"
"""Why notify escalates a crisis that its school says goes on after its end: the one sign that calling begins anew."""
MARKS = {
    "crisis_acknowledged": "acknowledged_at",
    "crisis_escalated": "escalated_at",
    "crisis_resolved": "resolved_at",
    AGAIN: "again_at",
}
"""What notify tells of a crisis: that it happened is all that counts here."""
STAGES = {"crisis_acknowledged": Stage.TAKEN, "crisis_resolved": Stage.OVER, AGAIN: Stage.CALLING}
"""Where it stands after that."""
CRISIS_EVENTS = ("crisis_raised", "crisis_updated", "crisis_acknowledged", "crisis_escalated", "crisis_resolved")
READ: Mapping[str, Callable[[Envelope, Any, str], tuple[Kind, Row]]] = {
    **dict.fromkeys(CRISIS_EVENTS, _crisis),
    **dict.fromkeys(("jgt_referred", *ENDS), _referral),
    **dict.fromkeys(("case_parked", "case_released"), _parked),
}
"""The row that each event leads to."""
