"""That an open case always has a next step, that dates were acted on, and that a case ended only for a reason that counts."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from passend_contracts.events import (
    CaseClosed,
    CaseEscalated,
    CaseOpened,
    CaseReopened,
    CaseStalled,
    HandoverReceived,
    NextStepSet,
    SupportPlanEvaluated,
    SupportRequestWithdrawn,
)

from services.chassis.calendar import end_of, start_of
from services.console.proof.evidence import CaseRecord, Rule, Told, Violation, passed

STALLS_AFTER = timedelta(weeks=1, hours=2)
"""How long after the top of a ladder has heard the case has stalled: a week, in which the clock may change."""
RESOLVE_STALL = "resolve_stall"


def next_step(record: CaseRecord) -> Iterator[Violation]:
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


def dates_acted_on(record: CaseRecord) -> Iterator[Violation]:
    climbs, stalls = record.of(CaseEscalated), record.of(CaseStalled)
    for duty in _duties(record):
        if duty.kind == RESOLVE_STALL:  # stands for duties that are late themselves, and whose dates are looked at
            continue
        steps = sorted(data.step for _, data in climbs if (data.obligation, data.due) == (duty.kind, duty.due))
        if not steps and passed(end_of(duty.due), duty.until):
            yield record.violation(Rule.DATE_ACTED_ON, duty.told, f"{duty.kind} was due on {duty.due}, and nobody heard that it is late")
        for told, data in climbs:
            missed = data.next_step_on and passed(start_of(data.next_step_on), duty.until) and data.step + 1 not in steps
            if (data.obligation, data.due) == (duty.kind, duty.due) and missed:
                what = f"{duty.kind}, due on {duty.due}, was to climb on {data.next_step_on}, and did not"
                yield record.violation(Rule.DATE_ACTED_ON, told, what)
            if (data.obligation, data.due) == (duty.kind, duty.due) and data.next_step_on is None:
                yield from _still_said(record, duty, told, [(at, said) for at, said in stalls if _is_of(duty, said)])


def _is_of(duty: _Duty, said: CaseStalled) -> bool:
    return (said.obligation, said.due) == (duty.kind, duty.due)


def _still_said(record: CaseRecord, duty: _Duty, top: Told, stalls: Sequence[tuple[Told, CaseStalled]]) -> Iterator[Violation]:
    """Once everybody has heard, a duty that is not met stays before the samenwerkingsverband."""
    if not stalls and passed(top.time + STALLS_AFTER, duty.until):
        yield record.violation(Rule.DATE_ACTED_ON, top, f"{duty.kind}, due on {duty.due}, is not met, and nobody says so any more")
    said = {data.times for _, data in stalls}
    for told, data in stalls:
        if data.times + 1 not in said and passed(start_of(data.again_on), duty.until):
            what = f"{duty.kind}, due on {duty.due}, was to be said again on {data.again_on}, and was not"
            yield record.violation(Rule.DATE_ACTED_ON, told, what)


def ended_well(record: CaseRecord) -> Iterator[Violation]:
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
