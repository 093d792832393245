"""Crises as the guardian follows them; one may be heard before the case of its child is open, because nothing holds a crisis up."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.intake.domain.history import Entry


@dataclass(frozen=True, slots=True)
class Crisis:
    """A crisis (crisismelding) by the id that the school gave it; what help comes is for those on call."""

    id: str
    board_urn: str
    """Who told of it: a crisis counts for a case of the same board only."""
    noticed_on: date
    heard: Entry
    """The line in the history of the case, once that is open."""

    def is_the_same(self, other: "Crisis") -> bool:
        """Whether both tell of one crisis: its id is its board's own."""
        return (self.board_urn, self.id) == (other.board_urn, other.id)


@dataclass(frozen=True, slots=True)
class Call:
    """The call for somebody who takes a crisis up: when everybody had been called in vain, and when a person did."""

    crisis: str
    exhausted_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def is_unanswered(self) -> bool:
        """Whether everybody was called, and nobody has taken it up since."""
        return self.exhausted_at is not None and (self.answered_at is None or self.answered_at < self.exhausted_at)

    def among(self, calls: "tuple[Call, ...]") -> "tuple[Call, ...]":
        """These calls with what this one adds: of each moment the last one counts."""
        known = next((each for each in calls if each.crisis == self.crisis), self)
        exhausted, answered = (known.exhausted_at, self.exhausted_at), (known.answered_at, self.answered_at)
        merged = Call(self.crisis, max(filter(None, exhausted), default=None), max(filter(None, answered), default=None))
        return (*(each for each in calls if each is not known), merged)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was heard of a case before the request for support that opens it; whose case it becomes is not known yet."""

    id: str
    crises: tuple[Crisis, ...] = ()
    calls: tuple[Call, ...] = ()

    def crisis(self, crisis: Crisis) -> "Ahead":
        """With a crisis, for the case to take up when it is opened; the first that is heard of each counts."""
        return self if any(each.is_the_same(crisis) for each in self.crises) else replace(self, crises=(*self.crises, crisis))

    def called(self, call: Call) -> "Ahead":
        """With what was heard of the call for a crisis."""
        return replace(self, calls=call.among(self.calls))
