"""An expert of special education who looks along in the classroom: asked for, assigned, reported."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """How far a request for an expert is."""

    REQUESTED = "requested"
    ASSIGNED = "assigned"
    REPORTED = "reported"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class ExpertRequest:
    """A board's request for an expert (deskundige), known by the request's id; who the expert is stands nowhere."""

    request: str
    discipline: str
    requested_on: date
    state: State = State.REQUESTED
    provider: str | None = None
    """The organisation that sends the expert."""
    report_due: date | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody is to be assigned."""
        return self.state is State.REQUESTED

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to come or to report."""
        return self.state in {State.REQUESTED, State.ASSIGNED}

    def assigned(self, provider: str, report_due: date) -> "ExpertRequest":
        """Somebody comes, and reports by then."""
        return replace(self, state=State.ASSIGNED, provider=provider, report_due=report_due)

    def now(self, state: State) -> "ExpertRequest":
        """In another state."""
        return replace(self, state=state)
