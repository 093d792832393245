"""What stands in a case's history."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history: when we learned it, what it was, and who said so."""

    at: datetime
    event: str
    by: str
