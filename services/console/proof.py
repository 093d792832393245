"""The guarantee, checked from the record alone: every case and moment for which it does not hold, by which rule, and by which events."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, reduce
from hashlib import blake2b
from itertools import pairwise
from operator import xor
from typing import NamedTuple, TypeVar

from passend_contracts import catalogue
from passend_contracts.consent import Entry, may_share
from passend_contracts.events import (
    CaseClosed,
    CaseEscalated,
    CaseOpened,
    CaseParked,
    CaseReleased,
    CaseReopened,
    CaseStalled,
    ConsentGiven,
    ConsentWithdrawn,
    EventAccepted,
    EventRefused,
    HandoverReceived,
    JGTReferralAccepted,
    JGTReferralDeclined,
    JGTReferralOverdue,
    JGTReferralRecalled,
    JGTReferred,
    NextStepSet,
    SupportPlanEvaluated,
    SupportRequested,
    SupportRequestWithdrawn,
)
from passend_contracts.vocabulary import EventData
from pydantic import ValidationError

from services.chassis.calendar import end_of, start_of
from services.console.domain.timeline import Hop

TIME_TO_ACT = timedelta(minutes=5)
"""How long after a date somebody has to have acted on it: a service may just be starting again."""
STALLS_AFTER = timedelta(weeks=1, hours=2)
"""How long after the top of a ladder has heard the case has stalled: a week, in which the clock may change."""
RESOLVE_STALL = "resolve_stall"
REFER = "refer_to_youth_team"

E = TypeVar("E", bound=EventData)


class Rule(StrEnum):
    """What must hold for every case, at every moment."""

    ONE_OUTCOME = "one_outcome"
    """What was accepted took effect, or was refused with a reason: one of both, once."""
    NOTHING_LOST = "nothing_lost"
    """A writer's numbers in a case have no hole."""
    NOTHING_DOUBLED = "nothing_doubled"
    """No number stands twice, and one cause tells the same thing once."""
    NEXT_STEP = "next_step"
    """An open case has a next step: niet één kind zal te weinig ondersteuning krijgen."""
    DATE_ACTED_ON = "date_acted_on"
    """A date that passed was acted on."""
    CONSENT = "consent"
    """A referral stands on the parents' consent at that moment, and falls with it (AVG art. 6, 7.3 and 9)."""
    ENDED_WELL = "ended_well"
    """A case ends only with a reason that the guarantee knows: its goal was met, another school took over, the parents withdrew it."""
    RELEASED = "released_in_time"
    """What our own mistake stopped was released within the hour."""


class Violation(NamedTuple):
    """One case and moment for which a rule does not hold."""

    rule: Rule
    case: str
    at: datetime
    what: str
    events: tuple[str, ...]
    """The ids of the events by which it shows."""


class Told(NamedTuple):
    """An event of the record with its data."""

    hop: Hop
    data: EventData

    @property
    def id(self) -> str:
        """The event's id."""
        return str(self.hop.id)

    @property
    def number(self) -> int:
        """Its place among what its writer told on this topic about this case; 0 without one."""
        return int(self.hop.sequence or 0)

    @property
    def time(self) -> datetime:
        """When its sender logged it."""
        return self.hop.time or self.hop.published_at


@dataclass(frozen=True)
class CaseRecord:
    """Everything that the record holds about one case, in the order in which it was recorded."""

    case: str
    hops: Sequence[Hop]
    now: datetime
    """By this clock dates have passed or not."""
    settled: datetime
    """What was recorded later than this may still be followed by more."""

    @cached_property
    def told(self) -> list[Told]:
        """The events whose type and data the catalogue knows."""
        return [Told(hop, data) for hop in self.hops if (data := _data(hop)) is not None]

    def of(self, kind: type[E]) -> list[tuple[Told, E]]:
        """The events of this kind, with their data."""
        return [(told, told.data) for told in self.told if isinstance(told.data, kind)]

    def is_settled(self, told: Told) -> bool:
        """Whether what follows from this event would be in the record by now."""
        return told.hop.recorded_at <= self.settled

    def violation(self, rule: Rule, told: Told, what: str, *also: str) -> Violation:
        """That a rule does not hold, as this event shows."""
        return Violation(rule, self.case, told.time, what, (told.id, *also))


def _data(hop: Hop) -> EventData | None:
    if not hop.type or not catalogue.knows(hop.type):
        return None
    try:
        return catalogue.of(hop.type).model.from_wire(hop.data, closed=False)
    except ValidationError:
        return None


def violations(record: CaseRecord) -> list[Violation]:
    """Everything that does not hold in this case."""
    return [violation for rule in RULES for violation in rule(record)]


def _one_outcome(record: CaseRecord) -> Iterator[Violation]:
    opened = {told.hop.cause for told, _ in record.of(CaseOpened)}
    for told, _ in record.of(SupportRequested):
        if told.hop.name not in opened and record.is_settled(told):
            yield record.violation(Rule.ONE_OUTCOME, told, "a request for support that opened no case")
    facts = {told.id for told in record.told if told.hop.topic.startswith("school.") or told.hop.topic == "jgt.cases.v1"}
    refused = {data.event for _, data in record.of(EventRefused)}
    waiting = _still_parked(record)
    for told, receipt in record.of(EventAccepted):
        outcomes = (receipt.event in facts) + (receipt.event in refused)
        if outcomes != 1 and not waiting and record.is_settled(told):
            what = "accepted, and neither took effect nor was refused" if outcomes == 0 else "took effect and was refused"
            yield record.violation(Rule.ONE_OUTCOME, told, what, receipt.event)


def _nothing_lost(record: CaseRecord) -> Iterator[Violation]:
    for numbered in _by_writer(record).values():
        in_order = sorted(numbered, key=lambda told: told.number)
        if in_order[0].number > 1:
            yield record.violation(Rule.NOTHING_LOST, in_order[0], f"{_writer(in_order[0])}: nothing before number {in_order[0].number}")
        for before, after in pairwise(in_order):
            if after.number > before.number + 1:
                what = f"{_writer(after)}: nothing between numbers {before.number} and {after.number}"
                yield record.violation(Rule.NOTHING_LOST, after, what, before.id)


def _nothing_doubled(record: CaseRecord) -> Iterator[Violation]:
    for numbered in _by_writer(record).values():
        by_number: dict[int, Told] = {}
        for told in numbered:
            first = by_number.setdefault(told.number, told)
            if first.id != told.id:
                yield record.violation(Rule.NOTHING_DOUBLED, told, f"{_writer(told)}: number {told.number} stands twice", first.id)
    by_cause: dict[tuple[str, str | None, str], Told] = {}
    for told in record.told:
        if told.hop.cause and not told.hop.topic.startswith("dlq."):  # what is parked again is told again
            first = by_cause.setdefault((told.hop.topic, told.hop.type, told.hop.cause), told)
            if first.id != told.id:
                yield record.violation(Rule.NOTHING_DOUBLED, told, f"{_stem(told)} told twice for one cause", first.id)


def _by_writer(record: CaseRecord) -> dict[tuple[str, str | None], list[Told]]:
    found = defaultdict(list)
    for hop in record.hops:
        if hop.sequence and hop.readable:  # also what this version of the catalogue does not know has its number
            found[hop.topic, hop.producer].append(Told(hop, EventData()))
    return found


def _writer(told: Told) -> str:
    return f"{told.hop.producer} on {told.hop.topic}"


def _stem(told: Told) -> str:
    return catalogue.of(told.data).stem


def _next_step(record: CaseRecord) -> Iterator[Violation]:
    steps = {told.hop.cause for told, _ in record.of(NextStepSet)}
    for told, _ in record.of(CaseOpened):
        if told.hop.cause not in steps and record.is_settled(told):
            yield record.violation(Rule.NEXT_STEP, told, "a case was opened without a next step")
    for told, _ in record.of(CaseReopened):
        if told.hop.cause not in steps and record.is_settled(told):
            yield record.violation(Rule.NEXT_STEP, told, "a case was reopened without a next step")


class _Duty(NamedTuple):
    """A duty of an open case, from when it was told until it was over or the present."""

    told: Told
    kind: str
    due: date
    until: datetime


def _duties(record: CaseRecord) -> Iterator[_Duty]:
    """Each duty once, over all tellings in which it stands unchanged."""
    standing: dict[tuple[str, date], Told] = {}
    for told in record.told:
        match told.data:
            case NextStepSet() as data:
                owed = {(duty.kind, duty.due) for duty in data.obligations}
            case CaseClosed():
                owed = set()
            case _:
                continue
        for kind, due in standing.keys() - owed:
            yield _Duty(standing.pop((kind, due)), kind, due, told.time)
        standing |= dict.fromkeys(owed - standing.keys(), told)
    for (kind, due), told in standing.items():
        yield _Duty(told, kind, due, record.now)


def _dates_acted_on(record: CaseRecord) -> Iterator[Violation]:
    climbs, stalls = record.of(CaseEscalated), record.of(CaseStalled)
    for duty in _duties(record):
        if duty.kind == RESOLVE_STALL:  # stands for duties that are late themselves, and whose dates are looked at
            continue
        steps = sorted(data.step for _, data in climbs if (data.obligation, data.due) == (duty.kind, duty.due))
        if not steps and _passed(end_of(duty.due), duty.until):
            yield record.violation(Rule.DATE_ACTED_ON, duty.told, f"{duty.kind} was due on {duty.due}, and nobody heard that it is late")
        for told, data in climbs:
            missed = data.next_step_on and _passed(start_of(data.next_step_on), duty.until) and data.step + 1 not in steps
            if (data.obligation, data.due) == (duty.kind, duty.due) and missed:
                what = f"{duty.kind}, due on {duty.due}, was to climb on {data.next_step_on}, and did not"
                yield record.violation(Rule.DATE_ACTED_ON, told, what)
            if (data.obligation, data.due) == (duty.kind, duty.due) and data.next_step_on is None:
                yield from _still_said(record, duty, told, [(at, said) for at, said in stalls if _is_of(duty, said)])
    yield from _answers_awaited(record)


def _is_of(duty: _Duty, said: CaseStalled) -> bool:
    return (said.obligation, said.due) == (duty.kind, duty.due)


def _still_said(record: CaseRecord, duty: _Duty, top: Told, stalls: Sequence[tuple[Told, CaseStalled]]) -> Iterator[Violation]:
    """Once everybody has heard, a duty that is not met stays before the samenwerkingsverband."""
    if not stalls and _passed(top.time + STALLS_AFTER, duty.until):
        yield record.violation(Rule.DATE_ACTED_ON, top, f"{duty.kind}, due on {duty.due}, is not met, and nobody says so any more")
    said = {data.times for _, data in stalls}
    for told, data in stalls:
        if data.times + 1 not in said and _passed(start_of(data.again_on), duty.until):
            what = f"{duty.kind}, due on {duty.due}, was to be said again on {data.again_on}, and was not"
            yield record.violation(Rule.DATE_ACTED_ON, told, what)


def _answers_awaited(record: CaseRecord) -> Iterator[Violation]:
    noticed = {data.referral for _, data in record.of(JGTReferralOverdue)}
    over = _over(record)
    for told, data in _referrals(record):
        if told.id not in noticed and _passed(end_of(data.answer_due), over.get(told.id, record.now)):
            yield record.violation(Rule.DATE_ACTED_ON, told, f"the team's answer was due on {data.answer_due}, and nobody noticed")


def _passed(due: datetime, until: datetime) -> bool:
    return due + TIME_TO_ACT < until


def _referrals(record: CaseRecord) -> list[tuple[Told, JGTReferred]]:
    """Each referral once: it stands on the topic of its gemeente and on that of its status."""
    return list({told.id: (told, data) for told, data in record.of(JGTReferred)}.values())


def _over(record: CaseRecord) -> dict[str, datetime]:
    """When each referral was answered or recalled, by its id."""
    ends = JGTReferralAccepted | JGTReferralDeclined | JGTReferralRecalled
    return {told.data.referral: told.time for told in record.told if isinstance(told.data, ends)}


def _consent(record: CaseRecord) -> Iterator[Violation]:
    places = {told.hop.name: told.number for told in record.told if told.hop.topic == "school.cases.v1"}
    entries = [_entry(told, told.data) for told in record.told if isinstance(told.data, ConsentGiven | ConsentWithdrawn)]
    over = _over(record)
    for told, data in _referrals(record):
        place = places.get(told.hop.cause or "")
        before = [entry for entry in entries if place is not None and entry.sequence <= place]
        if data.consent not in {entry.id for entry in before} or not may_share(before, REFER, data.home_municipality).allowed:
            yield record.violation(Rule.CONSENT, told, "a referral without the parents' consent at that moment", data.consent)
        elif told.id not in over and record.is_settled(told) and not may_share(entries, REFER, data.home_municipality).allowed:
            yield record.violation(Rule.CONSENT, told, "a referral that still stands though consent was withdrawn", data.consent)


def _entry(told: Told, data: ConsentGiven | ConsentWithdrawn) -> Entry:
    given = isinstance(data, ConsentGiven)
    on = data.agreed_on if isinstance(data, ConsentGiven) else data.withdrawn_on
    return Entry(told.id, told.number, frozenset(data.purposes), given, on)


def _still_parked(record: CaseRecord) -> list[tuple[Told, CaseParked]]:
    """What is parked and was not released since, service by service."""
    waiting: dict[str | None, tuple[Told, CaseParked]] = {}
    for told in record.told:
        if isinstance(told.data, CaseParked):
            waiting.setdefault(told.hop.producer, (told, told.data))
        elif isinstance(told.data, CaseReleased):
            waiting.pop(told.hop.producer, None)
    return list(waiting.values())


def _released(record: CaseRecord) -> Iterator[Violation]:
    for told, data in _still_parked(record):
        if data.release_due < record.now:
            what = f"parked by {told.hop.producer} ({data.fault} in {data.place}), and not released within the hour"
            yield record.violation(Rule.RELEASED, told, what, data.event)


def _ended_well(record: CaseRecord) -> Iterator[Violation]:
    causes = {told.hop.name: told.data for told in record.told}
    for told, data in record.of(CaseClosed):
        if not record.is_settled(told):
            continue
        match causes.get(told.hop.cause or ""):
            case SupportRequestWithdrawn():
                well = data.outcome == "withdrawn"
            case SupportPlanEvaluated() as evaluated:
                well = data.outcome in {"supported", "placed"} and evaluated.result == "goal_met"
            case HandoverReceived():
                well = data.outcome in {"moved", "ended_by_age"}
            case _:
                well = False
        if not well:
            yield record.violation(Rule.ENDED_WELL, told, f"closed as {data.outcome}, and nothing says why it may be", told.hop.cause or "")


RULES = (_one_outcome, _nothing_lost, _nothing_doubled, _next_step, _dates_acted_on, _consent, _ended_well, _released)


class Sent(NamedTuple):
    """An event as its sender knows it."""

    source: str
    id: str


def marked(hops: Sequence[Hop]) -> int:
    """A mark of 64 bits of what these events say, whatever their order, and however often one was told."""
    said = {(hop.topic, hop.source or "", hop.id or "", hop.type or "", json.dumps(hop.data, sort_keys=True)) for hop in hops}
    return reduce(xor, (int.from_bytes(blake2b(repr(each).encode(), digest_size=8).digest()) for each in said), 0)
