"""What the pages show beside cases, and the figures above all: plain values, as the console's rows hold them."""

from dataclasses import dataclass
from datetime import date, datetime
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
    """Since when the open crisis that waits longest was raised."""
    days_to_help: float | None = None
    """The median of a year, from the request to the first help; none where nobody was helped yet."""


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

    @property
    def is_open(self) -> bool:
        """Whether neither the helpers nor the school say that it is over, or the school said afterwards that it goes on."""
        if self.resolved_at is None:
            return self.state != "over"
        return self.state == "ongoing" and self.state_at is not None and self.state_at > self.resolved_at

    @property
    def waits_since(self) -> datetime | None:
        """Since when nobody has taken it up; None when somebody has, or it is over."""
        began = max(self.raised_at, self.resolved_at or self.raised_at)
        taken = self.acknowledged_at is not None and self.acknowledged_at >= began
        return None if taken or not self.is_open else began


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
