"""What the pages show beside cases, and the figures above all: plain values, as the console's rows hold them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Figures(NamedTuple):
    """Whether help gets through, in numbers."""

    cases: int = 0
    """Open ones."""
    helped: int = 0
    """Those of them with support, and nothing owed but its evaluation."""
    this_week: int = 0
    """Next steps that are due from today to Sunday."""
    overdue: int = 0
    """Cases in which a last day has passed."""
    without_step: int = 0
    """Children whom nobody owes anything now: the guarantee says none."""
    elsewhere: int = 0
    """Cases that wait for a third party."""
    crises: int = 0
    longest_crisis: datetime | None = None
    """Since when the open crisis that waits longest goes on."""
    days_to_help: float | None = None
    """The median of a year, from the request to the first help; none where nobody was helped yet."""


class Stage(StrEnum):
    """How far help in a crisis is, by what notify told last."""

    CALLING = "calling"
    TAKEN = "taken"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis:
    """A child in a crisis at school: how it stands, by whatever was told of it so far."""

    id: str
    case_id: str | None
    board_urn: str | None
    school: str | None
    situation: str | None
    urgency: str | None
    raised_at: datetime
    state: str | None
    state_at: datetime | None
    acknowledged_at: datetime | None
    escalated_at: datetime | None
    resolved_at: datetime | None
    again_at: datetime | None
    """When it last began anew: its school said after its end that it goes on, and notify called again."""
    stage: str

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to help: notify has not told that it is over, or told since that it goes on again."""
        return self.stage != Stage.OVER

    @property
    def began_at(self) -> datetime:
        """Since when it goes on, this time."""
        return self.again_at or self.raised_at

    @property
    def waits_since(self) -> datetime | None:
        """Since when nobody has taken it up; None when somebody has, or it is over."""
        return self.began_at if self.stage == Stage.CALLING else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A family that was referred to a gemeente's youth team, and what the team said."""

    id: str
    case_id: str
    board: str
    school: str
    answer_due: date
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase:
    """A case that a service has parked until an operator acts."""

    service: str
    case_id: str
    event: str
    fault: str
    place: str
    parked_at: datetime
    release_due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An input that could not take effect in a service: where it came in, and why."""

    service: str
    topic: str
    partition: int
    offset: int
    reasons: tuple[str, ...]
    told_at: datetime
