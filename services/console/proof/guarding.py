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
    HandoverAnnounced,
    HandoverReceived,
    NextStepSet,
    ReopenRequested,
    SupportPlanEvaluated,
    SupportRequestWithdrawn,
)
from passend_contracts.events.next_step_set.v1 import Obligation

from services.chassis.calendar import end_of, start_of
from services.console.proof.evidence import CaseRecord, Rule, Told, Violation, passed

STALLS_AFTER = timedelta(weeks=1, hours=2)
"""How long after the top of a ladder has heard the case has stalled: a week, in which the clock may change."""
RESOLVE_STALL = "resolve_stall"
SCHOOL = "school.cases.v1"
PARENTS = frozenset({"parent", "guardian"})
"""One of them is there when support is evaluated (WPO art. 40a)."""
SETTLED = frozenset(
    {
        *("consult_parents", "discuss_report", "evaluate_support", "evaluate_arrangement"),
        *("decide_next_step", "obtain_consent", "reach_person", RESOLVE_STALL),
    }
)
"""What an evaluation with the parents settles when the goal was met."""
PLAN, PLAN_WITHIN = "plan_after_crisis", timedelta(weeks=1)
"""That as well, unless the crisis was noticed after it: a week before the plan is due."""
ENDS = {"moved": "moved", "age": "ended_by_age"}
"""How a case ends that was handed over, by why."""


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
    causes = {told.hop.name: told for told in record.told if told.hop.topic == SCHOOL}
    owed: Sequence[Obligation] = ()
    for told in record.told:
        match told.data:
            case NextStepSet() as data:
                owed = data.obligations
            case CaseClosed() as data if record.is_settled(told):
                cause = told.hop.cause or ""
                if cause not in causes or not _is_an_end(record, data.outcome, causes[cause]):
                    yield record.violation(Rule.ENDED_WELL, told, f"closed as {data.outcome}, and nothing says why it may be", cause)
                elif left := _left(owed, causes[cause]):
                    what = f"closed as {data.outcome} over what somebody owed: {', '.join(left)}"
                    yield record.violation(Rule.ENDED_WELL, told, what, cause)


def _is_an_end(record: CaseRecord, outcome: str, cause: Told) -> bool:
    match cause.data:
        case SupportRequestWithdrawn():
            return outcome == "withdrawn"
        case SupportPlanEvaluated() as evaluated:
            with_parents = not PARENTS.isdisjoint(evaluated.present)
            return outcome in {"supported", "placed"} and evaluated.result == "goal_met" and with_parents
        case HandoverReceived():
            return _was_announced(record, outcome, cause)
    return False


def _was_announced(record: CaseRecord, outcome: str, received: Told) -> bool:
    """Whether the last announcement, since the case was opened or reopened, names the board that says so; or none, and it is its own."""
    kinds = HandoverAnnounced | ReopenRequested
    before = [told for told in record.told if told.hop.topic == SCHOOL and isinstance(told.data, kinds) and told.number < received.number]
    last = max(before, key=lambda told: told.number, default=None)
    if last is None or not isinstance(last.data, HandoverAnnounced) or outcome != ENDS[last.data.because]:
        return False
    to = last.data.to_board
    return record.speaker(received.hop) == to if to else received.sender == last.sender


def _left(owed: Sequence[Obligation], cause: Told) -> list[str]:
    """What an evaluation that ends a case does not settle, of what was owed: over that nobody may close."""
    if not isinstance(cause.data, SupportPlanEvaluated):
        return []
    on = cause.data.evaluated_on
    return [each.kind for each in owed if each.kind not in SETTLED and not (each.kind == PLAN and each.due - PLAN_WITHIN <= on)]
