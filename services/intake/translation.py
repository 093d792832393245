"""The contract's words to the guardian's own, and back."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import cast

from passend_contracts.events import (
    CaseEscalated,
    CaseOpened,
    CaseStalled,
    HandoverAnnounced,
    NextStepSet,
    SupportPlanEvaluated,
    SupportRequested,
)
from passend_contracts.events.next_step_set.v1 import Obligation as ToldObligation
from passend_contracts.vocabulary import AgeBand

from services.chassis.calendar import day, end_of
from services.chassis.transaction import Transaction
from services.intake.domain.case import Case, Handover, Known, Outcome, Result
from services.intake.domain.crisis import Crisis
from services.intake.domain.history import Entry
from services.intake.domain.obligation import Obligation


def new_case(event: SupportRequested, tx: Transaction[Known]) -> Case:
    """The case that a request for support opens, for the board that sent it."""
    today = day(tx.now)
    return Case.opened(
        tx.case_id,
        board=tx.party or "",
        board_urn=tx.sender,
        school=event.school,
        municipality=event.home_municipality,
        age_band=event.age_band,
        opened_on=today,
        team_known=tx.service.region.team_for(event.home_municipality, today) is not None,
    )


def happened(on: date, tx: Transaction[Known]) -> date:
    """The day on which something happened by its sender's word, from which terms count; what lies ahead has not, and counts from today."""
    return min(on, day(tx.now))


def swv(tx: Transaction[Known]) -> str:
    """The party that decides on what boards ask: the samenwerkingsverband."""
    return tx.service.region.of_kind("swv")[0].id


def board_of(school: str, tx: Transaction[Known]) -> str:
    """The board of a location on this day; the samenwerkingsverband for one that is no longer in the region."""
    found = tx.service.region.school(school, day(tx.now))
    return found.board if found else swv(tx)


def result(event: SupportPlanEvaluated) -> Result:
    """What school and parents found."""
    return Result(event.result)


def handover(event: HandoverAnnounced) -> Handover:
    """To whom the child goes, and how its case ends then."""
    return Handover(event.to_board, {"moved": Outcome.MOVED, "age": Outcome.ENDED_BY_AGE}[event.because])


def purposes(told: tuple[str, ...] | list[str]) -> dict[str, bool]:
    """Which of the purposes that the guardian knows a consent speaks of."""
    return {"to_refer": "refer_to_youth_team" in told, "to_feedback": "feedback_to_school" in told}


def entry(tx: Transaction[Known]) -> Entry:
    """The line of the history for the event at hand."""
    return Entry(tx.event.time, tx.stem, tx.party or tx.event.producer or "")


def crisis(noticed: datetime, tx: Transaction[Known]) -> Crisis:
    """The crisis that is the subject of the event at hand."""
    return Crisis(tx.event.subject, tx.sender, happened(day(noticed), tx), entry(tx))


def deadlines(known: Known) -> Mapping[str, datetime]:
    """When each obligation is late, or climbs on: the end of its day in the Netherlands; what is no case yet owes nothing."""
    owed = known.obligations if isinstance(known, Case) else ()
    return {each.kind.value: end_of(last) for each in owed if (last := each.climbs_after)}


def escalated(late: Obligation) -> CaseEscalated:
    """Who hears now that an obligation is late, and when it climbs on; the top of the ladder is the last to hear."""
    seen = _told(late)
    return CaseEscalated(
        obligation=seen.kind,
        owner=seen.owner,
        due=seen.due,
        step=late.steps,
        climbed_to=late.ladder[late.steps - 1],
        next_step_on=_next(late) if late.steps < len(late.ladder) else None,
    )


def stalled(late: Obligation) -> CaseStalled:
    """What is still not done though everybody has heard, and when that is said again."""
    seen = _told(late)
    return CaseStalled(obligation=seen.kind, owner=seen.owner, due=seen.due, times=late.stalls, again_on=_next(late))


def _next(late: Obligation) -> date:
    """The day on which it goes a step further: the one after the last on which it would have been soon enough."""
    if late.climbs_after is None:
        raise ValueError(f"{late.kind} goes no further")
    return late.climbs_after + timedelta(days=1)


def case_opened(case: Case) -> CaseOpened:
    """The case as the SWV may know it."""
    return CaseOpened(school=case.school, home_municipality=case.municipality, age_band=_told_band(case), opened_on=case.opened_on)


def _told_band(case: Case) -> AgeBand:
    return cast("AgeBand", case.age_band)  # it came in by the same contract


def next_step_set(case: Case) -> NextStepSet:
    """All obligations of an open case and the one that is due first, without youth-care status."""
    step = case.next_step
    if step is None:
        raise ValueError("a closed case has no next step")
    return NextStepSet(next_step=_told(step), obligations=[_told(each) for each in case.by_date])


def _told(obligation: Obligation) -> ToldObligation:
    seen = obligation.as_others_see_it()
    kind = "third_party_step" if seen.owner == "third_party" else seen.kind.value
    return ToldObligation(kind=kind, owner=seen.owner, due=seen.due, ground=seen.ground)
