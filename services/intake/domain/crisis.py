"""Crises as the guardian follows them; one may be heard before the case of its child is open, because nothing holds a crisis up."""

from dataclasses import dataclass, replace
from datetime import date

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
class Ahead:
    """What was heard of a case before the request for support that opens it; whose case it becomes is not known yet."""

    id: str
    crises: tuple[Crisis, ...] = ()

    def crisis(self, crisis: Crisis) -> "Ahead":
        """With a crisis, for the case to take up when it is opened; the first that is heard of each counts."""
        return self if any(each.is_the_same(crisis) for each in self.crises) else replace(self, crises=(*self.crises, crisis))
