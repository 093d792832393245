"""What the samenwerkingsverband knows and decides of one case; a decision gives the case as it is then, or the rule that forbids it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from services.placement.domain import arrangement, expertise, place, rules
from services.placement.domain.arrangement import Arrangement, Grant
from services.placement.domain.expertise import ExpertRequest
from services.placement.domain.place import Offer, Place
from services.placement.domain.rules import Rule


@dataclass(frozen=True, slots=True)
class Case:
    """A child's case as far as the samenwerkingsverband has a part in it; nothing says who the child is.

    It is the case of the board that opened it, and what is decided is told to that board only (WPO art. 18a.13).
    """

    id: str
    board: str
    board_urn: str
    school: str | None = None
    """The child's school; unknown until the guardian's word of it was read."""
    is_open: bool = True
    arrangements: tuple[Arrangement, ...] = ()
    experts: tuple[ExpertRequest, ...] = ()
    place: Place | None = None

    def arrangement(self, request: str) -> Arrangement | None:
        """The one that was asked for by that request."""
        return next((each for each in self.arrangements if each.request == request), None)

    def expert(self, request: str) -> ExpertRequest | None:
        """The request for an expert with that id."""
        return next((each for each in self.experts if each.request == request), None)

    @property
    def waits_since(self) -> date | None:
        """Since when something in it waits for the office; None when nothing does."""
        dates = [each.requested_on for each in self.arrangements if each.waits]
        dates += [each.requested_on for each in self.experts if each.waits]
        if self.place and self.place.waits:
            dates.append(self.place.sought_on)
        return min(dates, default=None)

    @property
    def has_a_place(self) -> bool:
        """Whether a place at another school is held or taken."""
        return self.place is not None and self.place.state in place.HOLDING

    def asks_arrangement(self, asked: Arrangement) -> "Case":
        """The board asks for an arrangement."""
        return replace(self, arrangements=(*self.arrangements, asked))

    def asks_expert(self, asked: ExpertRequest) -> "Case":
        """The board asks for an expert."""
        return replace(self, experts=(*self.experts, asked))

    def grant(self, request: str, grant: Grant) -> "Case | Rule":
        """Grant an arrangement: a request once, and no two at a time for one child."""
        asked = self.arrangement(request)
        if asked is None:
            return rules.KNOWN_REQUEST
        if not asked.waits:
            return rules.UNDECIDED
        if any(each.runs for each in self.arrangements):
            return rules.ONE_ARRANGEMENT
        return self._with_arrangement(asked.granted(grant))

    def refuse(self, request: str) -> "Case | Rule":
        """Do not grant it."""
        asked = self.arrangement(request)
        if asked is None:
            return rules.KNOWN_REQUEST
        return self._with_arrangement(asked.now(arrangement.State.REFUSED)) if asked.waits else rules.UNDECIDED

    def end_arrangement(self, request: str) -> "Case | Rule":
        """End it before its last day, or on it."""
        granted = self.arrangement(request)
        if granted is None:
            return rules.KNOWN_REQUEST
        return self._with_arrangement(granted.now(arrangement.State.ENDED)) if granted.runs else rules.RUNNING

    def assign(self, request: str, provider: str, report_due: date) -> "Case | Rule":
        """Send an expert."""
        asked = self.expert(request)
        if asked is None:
            return rules.KNOWN_REQUEST
        if asked.state is not expertise.State.REQUESTED:
            return rules.UNASSIGNED
        return self._with_expert(asked.assigned(provider, report_due))

    def report(self, request: str) -> "Case | Rule":
        """The expert has reported."""
        asked = self.expert(request)
        if asked is None:
            return rules.KNOWN_REQUEST
        return self._with_expert(asked.now(expertise.State.REPORTED)) if asked.state is expertise.State.ASSIGNED else rules.ASSIGNED

    def seek(self, kind: str, on: date, find_by: date) -> "Case | Rule":
        """Begin to seek a place; one search, offer or placement at a time."""
        if self.place and not self.place.is_over:
            return rules.SEARCHED_ONCE
        return replace(self, place=Place(kind, on, find_by))

    def offer(self, offer: Offer, left: int) -> "Case | Rule":
        """Offer a place where `left` are free, and hold it."""
        if self.place is None or self.place.state is not place.State.SOUGHT:
            return rules.SOUGHT
        if offer.kind != self.place.kind:
            return rules.FITTING_SCHOOL
        return replace(self, place=self.place.offered(offer)) if left > 0 else rules.CAPACITY

    def accept(self, offer_id: str, starts_on: date) -> "Case | Rule":
        """Parents and school accept an offer that stands."""
        return self._answered(offer_id, lambda held: held.agreed(starts_on))

    def decline(self, offer_id: str, on: date) -> "Case | Rule":
        """Parents or school decline an offer that stands; the search goes on."""
        return self._answered(offer_id, lambda held: held.sought_again(on))

    def start(self) -> "Case | Rule":
        """The child starts at the other school."""
        if self.place is None or self.place.state is not place.State.AGREED:
            return rules.AGREED
        return replace(self, place=self.place.now(place.State.STARTED))

    def end_placement(self) -> "Case | Rule":
        """The child leaves the other school; its place there is free."""
        if self.place is None or self.place.state is not place.State.STARTED:
            return rules.STARTED
        return replace(self, place=self.place.now(place.State.ENDED))

    def closed(self) -> "Case":
        """The guardian closed it: what was not decided lapses, holds are let go; a child that was placed keeps its place."""
        dropped = self.place and self.place.state in {place.State.SOUGHT, place.State.OFFERED, place.State.AGREED}
        return replace(
            self,
            is_open=False,
            arrangements=tuple(_closed(each) for each in self.arrangements),
            experts=tuple(each.now(expertise.State.LAPSED) if each.is_open else each for each in self.experts),
            place=self.place.now(place.State.LAPSED) if self.place and dropped else self.place,
        )

    def _answered(self, offer_id: str, answer: Callable[[Place], Place]) -> "Case | Rule":
        if self.place is None or not self.place.stands(offer_id):
            return rules.OFFER_OPEN
        return replace(self, place=answer(self.place))

    def _with_arrangement(self, fresh: Arrangement) -> "Case":
        return replace(self, arrangements=tuple(fresh if each.request == fresh.request else each for each in self.arrangements))

    def _with_expert(self, fresh: ExpertRequest) -> "Case":
        return replace(self, experts=tuple(fresh if each.request == fresh.request else each for each in self.experts))


def _closed(each: Arrangement) -> Arrangement:
    if each.runs:
        return each.now(arrangement.State.ENDED)
    return each.now(arrangement.State.LAPSED) if each.waits else each
