"""What placement does: keep what boards ask, take the decisions of the samenwerkingsverband, and tell each to the child's own board."""

from collections.abc import Callable
from datetime import date

import structlog
from passend_contracts import catalogue
from passend_contracts.vocabulary import EventData

from services.chassis.calendar import day
from services.chassis.transaction import Transaction
from services.placement import store, translation
from services.placement.domain import rules
from services.placement.domain.arrangement import Arrangement, Grant
from services.placement.domain.case import Case
from services.placement.domain.expertise import ExpertRequest
from services.placement.domain.place import FIND_WITHIN, Offer
from services.placement.domain.rules import Rule

DECISIONS = "swv.cases.v1"

log = structlog.get_logger()


def know(tx: Transaction[Case], case: Case) -> None:
    """Know which school a case is of; requests may have been read before it."""
    tx.save(case)


def close(tx: Transaction[Case]) -> None:
    """The guardian closed the case: end what runs, free what is held, drop what waits for a decision."""
    if case := tx.state:
        for each in case.arrangements:
            if each.runs:
                _tell(tx, case, translation.ended(each.request, day(tx.now), "case_closed"))
        tx.save(case.closed())


def ask_arrangement(tx: Transaction[Case], case: Case, asked: Arrangement) -> None:
    """Put a request for an arrangement before the office; one of a closed case waits for the word that it was reopened."""
    tx.save(case.asks_arrangement(asked))


def ask_expert(tx: Transaction[Case], case: Case, asked: ExpertRequest) -> None:
    """Put a request for an expert before the office."""
    tx.save(case.asks_expert(asked))


def accept_place(tx: Transaction[Case], offer: str, agreed_on: date, starts_on: date) -> None:
    """Keep the place for the child, if its offer still stands; else the board hears that it does not."""
    if case := _answered(tx, lambda case: case.accept(offer, starts_on)):
        _tell(tx, case, translation.place_agreed(case, agreed_on))


def decline_place(tx: Transaction[Case], offer: str) -> None:
    """Free the place and go on seeking."""
    if case := _answered(tx, lambda case: case.decline(offer, day(tx.now))):
        _tell(tx, case, translation.sought(case, "offer_declined", offer))


def act_on_dates(tx: Transaction[Case]) -> None:
    """Let an offer go whose term is over, and end the arrangements that are past their last day."""
    today, case = day(tx.now), tx.state
    if case and case.place and case.place.offer and case.place.expires(today):
        expired = case.place.offer.id
        case = _saved(tx, case.decline(expired, today))
        _tell(tx, case, translation.sought(case, "offer_expired", expired))
    for each in case.arrangements if case else ():
        if case and each.grant and each.is_over(today):
            case = _saved(tx, case.end_arrangement(each.request))
            _tell(tx, case, translation.ended(each.request, each.grant.ends_on, "term_reached"))


async def grant(tx: Transaction[Case], request: str, granted: Grant) -> None:
    """Grant an arrangement, once."""
    if case := _allowed(tx, lambda case: case.grant(request, granted)):
        _tell(tx, case, translation.granted(case, request, day(tx.now)))


async def refuse(tx: Transaction[Case], request: str, ground: str, possible: str) -> None:
    """Refuse an arrangement, with the ground and what is possible instead."""
    if case := _allowed(tx, lambda case: case.refuse(request)):
        _tell(tx, case, translation.refused(request, day(tx.now), ground, possible))


async def end_arrangement(tx: Transaction[Case], request: str, ended_on: date, reason: str) -> None:
    """End an arrangement before its last day."""
    if case := _allowed(tx, lambda case: case.end_arrangement(request)):
        _tell(tx, case, translation.ended(request, ended_on, reason))


async def assign_expert(tx: Transaction[Case], request: str, provider: str, report_due: date) -> None:
    """Send an expert to the school."""
    if case := _allowed(tx, lambda case: case.assign(request, provider, report_due)):
        _tell(tx, case, translation.assigned(case, request, day(tx.now)))


async def report(tx: Transaction[Case], request: str, reported_on: date) -> None:
    """Note that the expert has reported to the school."""
    if case := _allowed(tx, lambda case: case.report(request)):
        _tell(tx, case, translation.reported(request, reported_on))


async def seek_place(tx: Transaction[Case], kind: str, find_by: date | None) -> None:
    """Begin to seek a place."""
    today = day(tx.now)
    if case := _allowed(tx, lambda case: case.seek(kind, today, find_by or today + FIND_WITHIN)):
        _tell(tx, case, translation.sought(case, "no_fitting_place_here"))


async def offer_place(tx: Transaction[Case], offer: Offer) -> None:
    """Offer a place and hold it: while this is decided nobody else is told of a place there."""
    left = await store.places_left(await tx.database(), offer.school)
    if case := _allowed(tx, lambda case: case.offer(offer, left)):
        tx.save(translation.known_by(case, _tell(tx, case, translation.place_offered(offer, day(tx.now)))))


async def start_placement(tx: Transaction[Case], started_on: date) -> None:
    """Note that the child has started at the other school."""
    if case := _allowed(tx, lambda case: case.start()):
        _tell(tx, case, translation.placement_started(case, started_on))


async def end_placement(tx: Transaction[Case], ended_on: date, reason: str) -> None:
    """Note that the child leaves the other school, in a closed case too: its place is free."""
    if case := _allowed(tx, lambda case: case.end_placement(), also_closed=True):
        _tell(tx, case, translation.placement_ended(case, ended_on, reason))


def _allowed(tx: Transaction[Case], decide: Callable[[Case], Case | Rule], *, also_closed: bool = False) -> Case | None:
    """The case as decided, saved; None where a rule forbids it, which the answer then names."""
    if tx.state is None:
        outcome: Case | Rule = rules.KNOWN_CASE
    else:
        outcome = decide(tx.state) if tx.state.is_open or also_closed else rules.OPEN_CASE
    if isinstance(outcome, Rule):
        tx.refuse(**outcome._asdict())
        return None
    return _saved(tx, outcome)


def _answered(tx: Transaction[Case], answer: Callable[[Case], Case | Rule]) -> Case | None:
    """The same for a board's answer, which came in at another door: a refusal is told on the board's own topic."""
    if tx.state is None:
        log.error("case_unknown")
        return None
    outcome = answer(tx.state)
    if isinstance(outcome, Rule):
        log.info("refused", rule=outcome.rule, party=tx.state.board)
        tx.publish(translation.event_refused(tx.event.id, outcome), sender=tx.service.swv, to=[catalogue.to_topic(tx.state.board)])
        return None
    return _saved(tx, outcome)


def _saved(tx: Transaction[Case], outcome: Case | Rule) -> Case:
    if isinstance(outcome, Rule):
        raise TypeError(f"{outcome.rule} was looked at before")
    tx.save(outcome)
    return outcome


def _tell(tx: Transaction[Case], case: Case, data: EventData) -> str:
    """To those who follow the case and to the child's own board, and to no other party (WPO art. 18a.13); returns the event's id."""
    log.info(catalogue.of(data).stem)
    return tx.publish(data, sender=tx.service.swv, to=[DECISIONS, catalogue.to_topic(case.board)])
