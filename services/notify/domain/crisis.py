"""A crisis as those on call see it: where, how urgent, and how it stands by the last that was said."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Crisis:
    """One crisis of a child (crisismelding), by the id that the school gave it; nothing in it says who the child is."""

    id: str
    school: str
    municipality: str
    """The gemeente of the child's home: its crisis numbers count."""
    raised_at: datetime
    urgency: str
    situation: str | None = None
    state: str = "ongoing"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to help."""
        return self.state != "over"
