"""A place in special (primary) education: sought, offered with a hold on it, agreed, started, ended."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

FIND_WITHIN = timedelta(weeks=6)
"""In which time a place is to be found where nobody says otherwise: within the ten weeks that the duty of care gives a board
(zorgplicht, WPO art. 40); the number itself is a proposal."""
LONGEST_OFFER = timedelta(weeks=4)
"""How long an offer may keep a place from another child: a proposal, no law sets it."""


class State(StrEnum):
    """How far the way to another school is."""

    SOUGHT = "sought"
    OFFERED = "offered"
    AGREED = "agreed"
    STARTED = "started"
    ENDED = "ended"
    LAPSED = "lapsed"


HOLDING = frozenset({State.OFFERED, State.AGREED, State.STARTED})
"""The states in which a place is this child's and nobody else's."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A place at a location (vestiging) that is offered to one child; its id is that of the event that offered it."""

    school: str
    kind: str
    available_from: date
    answer_due: date
    """The last day on which an answer is in time."""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The way of one child to another school. It takes a place there from the offer on, until the offer lapses or the child leaves."""

    kind: str
    sought_on: date
    find_by: date
    state: State = State.SOUGHT
    offer: Offer | None = None
    starts_on: date | None = None

    @property
    def waits(self) -> bool:
        """Whether a place is to be offered, or the child's start to be noted."""
        return self.state in {State.SOUGHT, State.AGREED}

    @property
    def is_over(self) -> bool:
        """Whether another search may begin."""
        return self.state in {State.ENDED, State.LAPSED}

    def stands(self, offer_id: str) -> bool:
        """Whether that offer can still be answered."""
        return self.state is State.OFFERED and self.offer is not None and self.offer.id == offer_id

    def expires(self, today: date) -> bool:
        """Whether the term of its offer is over without an answer."""
        return self.state is State.OFFERED and self.offer is not None and self.offer.answer_due < today

    def offered(self, offer: Offer) -> "Place":
        """The place is held until the offer is answered or its term is over."""
        return replace(self, state=State.OFFERED, offer=offer)

    def sought_again(self, on: date) -> "Place":
        """The offer came to nothing: its place is free for another child, and the search goes on with its old term."""
        return replace(self, state=State.SOUGHT, offer=None, sought_on=on)

    def agreed(self, starts_on: date) -> "Place":
        """Parents and school accepted it; the child starts on that date."""
        return replace(self, state=State.AGREED, starts_on=starts_on)

    def now(self, state: State) -> "Place":
        """In another state."""
        return replace(self, state=state)
