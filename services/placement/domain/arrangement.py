"""An arrangement: temporary support beyond the school's own budget, within bounds and with a date to look at it again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

LONGEST = timedelta(weeks=53)
"""An arrangement is for exceptional and temporary cases (PPO regio Leiden): a school year at most; the number is a proposal."""


class State(StrEnum):
    """How far a request for an arrangement is."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"
    LAPSED = "lapsed"


class Fault(NamedTuple):
    """A field that does not go together with the others, and what to do about it."""

    field: str
    what: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted (toekenning): at most so many hours a week, at most so many euros in all, from the first day to the last."""

    starts_on: date
    evaluate_on: date
    ends_on: date
    hours_per_week: int | None = None
    budget: int | None = None

    def faults(self, today: date) -> Iterator[Fault]:
        """Everything that does not go together; nothing when it can be granted."""
        if self.hours_per_week is None and self.budget is None:
            yield Fault("hours_per_week", "grant hours a week, a budget, or both")
        if not self.starts_on <= self.evaluate_on <= self.ends_on:
            yield Fault("evaluate_on", "evaluate between the first day and the last")
        if self.ends_on < today:
            yield Fault("ends_on", "the last day has passed; give one to come")
        if self.ends_on - self.starts_on > LONGEST:
            yield Fault("ends_on", "an arrangement is temporary; end it within a year")


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A board's request for an arrangement (aanvraag), known by the request's id, and what became of it."""

    request: str
    kind: str
    requested_on: date
    wanted_from: date
    wanted_until: date
    hours_wanted: int | None = None
    state: State = State.REQUESTED
    grant: Grant | None = None

    @property
    def waits(self) -> bool:
        """Whether it is to be decided."""
        return self.state is State.REQUESTED

    @property
    def runs(self) -> bool:
        """Whether it was granted and has not ended; its first day may still be to come."""
        return self.state is State.GRANTED

    def is_over(self, today: date) -> bool:
        """Whether it runs past its last day."""
        return self.runs and self.grant is not None and self.grant.ends_on < today

    def granted(self, grant: Grant) -> "Arrangement":
        """Within these bounds."""
        return replace(self, state=State.GRANTED, grant=grant)

    def now(self, state: State) -> "Arrangement":
        """In another state."""
        return replace(self, state=state)
