"""The contract's words to placement's own, and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import cast

from passend_contracts.events import (
    ArrangementEnded,
    ArrangementGranted,
    ArrangementRefused,
    ArrangementRequested,
    EventRefused,
    ExpertAssigned,
    ExpertReported,
    ExpertRequested,
    PlaceAgreed,
    PlacementEnded,
    PlacementStarted,
    PlaceOffered,
    PlaceSought,
)
from passend_contracts.vocabulary import SpecialSchoolKind

from services.chassis.calendar import end_of
from services.chassis.transaction import Transaction
from services.placement.domain.arrangement import Arrangement
from services.placement.domain.case import Case
from services.placement.domain.expertise import ExpertRequest
from services.placement.domain.place import Offer, Place, State
from services.placement.domain.rules import Rule

OFFER_ANSWER = "offer_answer"
"""The deadline of the answer to an offer."""
ARRANGEMENT_END = "arrangement_end"
"""The deadline of the arrangement that runs."""


def case(tx: Transaction[Case]) -> Case:
    """The case at hand; what is first heard of it may be a request, for topics are read at their own pace."""
    board = next(party for party in tx.service.region.parties if party.owns(tx.event.source))
    return tx.state or Case(tx.case_id, board.id, board.urn)


def arrangement(event: ArrangementRequested, tx: Transaction[Case]) -> Arrangement:
    """A request for an arrangement, known by its event's id."""
    return Arrangement(tx.event.id, event.kind, event.requested_on, event.wanted_from, event.wanted_until, event.hours_per_week)


def expert(event: ExpertRequested, tx: Transaction[Case]) -> ExpertRequest:
    """A request for an expert, known by its event's id."""
    return ExpertRequest(tx.event.id, event.discipline, event.requested_on)


def deadlines(case: Case) -> Mapping[str, datetime]:
    """When the offer lapses, and when the arrangement that runs has had its last day: the end of that day in the Netherlands."""
    ends = [each.grant.ends_on for each in case.arrangements if each.runs and each.grant]
    dates = {ARRANGEMENT_END: min(ends)} if ends else {}
    if case.place and case.place.offer and case.place.state is State.OFFERED:
        dates[OFFER_ANSWER] = case.place.offer.answer_due
    return {kind: end_of(last) for kind, last in dates.items()}


def granted(case: Case, request: str, today: date) -> ArrangementGranted:
    """That an arrangement is granted, and within which bounds."""
    given = case.arrangement(request)
    if given is None or given.grant is None:
        raise ValueError("nothing was granted")
    return ArrangementGranted(
        request=request,
        kind=given.kind,
        decided_on=today,
        hours_per_week=given.grant.hours_per_week,
        budget=given.grant.budget,
        starts_on=given.grant.starts_on,
        evaluate_on=given.grant.evaluate_on,
        ends_on=given.grant.ends_on,
    )


def refused(request: str, today: date, ground: str, possible: str) -> ArrangementRefused:
    """That it is not granted, why, and what is possible."""
    return ArrangementRefused(request=request, decided_on=today, ground=ground, possible=possible)


def ended(request: str, on: date, reason: str) -> ArrangementEnded:
    """That it has ended."""
    return ArrangementEnded(request=request, ended_on=on, reason=reason)


def assigned(case: Case, request: str, today: date) -> ExpertAssigned:
    """Which profession comes, from where, and when the report is due."""
    sent = case.expert(request)
    if sent is None or sent.provider is None or sent.report_due is None:
        raise ValueError("nobody was assigned")
    return ExpertAssigned(
        request=request, discipline=sent.discipline, provider=sent.provider, assigned_on=today, report_due=sent.report_due
    )


def reported(request: str, on: date) -> ExpertReported:
    """That the school has the report."""
    return ExpertReported(request=request, reported_on=on)


def sought(case: Case, because: str, offer: str | None = None) -> PlaceSought:
    """That a place is sought, and why now; with the offer that came to nothing."""
    place = _place(case)
    kind = cast("SpecialSchoolKind", place.kind)  # the form of the decision allows no other
    return PlaceSought(kind=kind, sought_on=place.sought_on, find_by=place.find_by, because=because, offer=offer)


def place_offered(offer: Offer, today: date) -> PlaceOffered:
    """Where there is a place, from when, and until when it is held."""
    return PlaceOffered(
        school=offer.school,
        kind=cast("SpecialSchoolKind", offer.kind),  # the kind that was sought
        available_from=offer.available_from,
        offered_on=today,
        answer_due=offer.answer_due,
    )


def known_by(case: Case, offer_id: str) -> Case:
    """The case with its offer under the id of the event that told it."""
    place = _place(case)
    return replace(case, place=replace(place, offer=replace(_offer(place), id=offer_id)))


def place_agreed(case: Case, agreed_on: date) -> PlaceAgreed:
    """Where and when the child starts."""
    place = _place(case)
    offer = _offer(place)
    return PlaceAgreed(offer=offer.id, school=offer.school, agreed_on=agreed_on, starts_on=place.starts_on or offer.available_from)


def placement_started(case: Case, on: date) -> PlacementStarted:
    """That the child has started there."""
    offer = _offer(_place(case))
    return PlacementStarted(offer=offer.id, school=offer.school, started_on=on)


def placement_ended(case: Case, on: date, reason: str) -> PlacementEnded:
    """That the child leaves, and why."""
    offer = _offer(_place(case))
    return PlacementEnded(offer=offer.id, school=offer.school, ended_on=on, reason=reason)


def event_refused(event_id: str, rule: Rule) -> EventRefused:
    """Which rule forbids what a board sent."""
    return EventRefused(event=event_id, rule=rule.rule, ground=rule.ground, possible=rule.possible)


def _place(case: Case) -> Place:
    if case.place is None:
        raise ValueError("no place was sought")
    return case.place


def _offer(place: Place) -> Offer:
    if place.offer is None:
        raise ValueError("no place was offered")
    return place.offer
