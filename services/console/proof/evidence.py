"""What the rules read: everything that the record holds about one case, and the words in which they say what does not hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeVar

from passend_contracts.vocabulary import EventData

from services.console.domain.timeline import Hop
from services.console.reading import read

TIME_TO_ACT = timedelta(minutes=5)
"""How long after a date somebody has to have acted on it: a service may just be starting again."""

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
    CRISIS = "crisis_called_for"
    """A crisis is called for until a person takes it up, and that person is asked until it is over."""
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
        return self.hop.number

    @property
    def sender(self) -> str:
        """The URN of the organisation in whose name it is said."""
        return (self.hop.source or "").partition(":systeem:")[0]

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
    speaker: Callable[[Hop], str]
    """Which party, or service, says what a hop says."""

    @cached_property
    def told(self) -> list[Told]:
        """The events whose type and data the catalogue knows."""
        return [Told(hop, data) for hop in self.hops if (data := read(hop)) is not None]

    def of(self, kind: type[E]) -> list[tuple[Told, E]]:
        """The events of this kind, with their data."""
        return [(told, told.data) for told in self.told if isinstance(told.data, kind)]

    def is_settled(self, told: Told) -> bool:
        """Whether what follows from this event would be in the record by now."""
        return told.hop.recorded_at <= self.settled

    def violation(self, rule: Rule, told: Told, what: str, *also: str) -> Violation:
        """That a rule does not hold, as this event shows."""
        return Violation(rule, self.case, told.time, what, (told.id, *also))


def passed(due: datetime, until: datetime) -> bool:
    """Whether a moment had passed by then, and with it the time to act on it."""
    return due + TIME_TO_ACT < until
