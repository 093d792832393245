"""Messages to people, free of content: what each is about, for which role, and how long it is worth trying."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, repeat


class About(StrEnum):
    """What a message is about; each has a template of that name."""

    CRISIS_CALL = "crisis_call"
    """Take this crisis up."""
    CRISIS_TAKEN = "crisis_taken"
    """You took it up; say when it is resolved."""
    CRISIS_REMINDER = "crisis_reminder"
    """You took it up and it is not resolved yet."""
    CRISIS_UNRESOLVED = "crisis_unresolved"
    """Somebody took it up a day ago and it is not resolved."""
    CASE_ESCALATED = "case_escalated"
    """Somebody is late for a child: look at the case."""


class Purpose(StrEnum):
    """What the link in a message lets its reader do, once."""

    TAKE = "take"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that has to go out: to which role, where that is reached, since when, and what its link is for.

    Its `id` follows from what caused it, and is given to it when it is kept.
    """

    about: About
    role: str
    address: str
    written_at: datetime
    wait: timedelta | None = None
    """How long it is, seen from then, before somebody is called or asked next; the letter says so."""
    link: Purpose | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a message is tried: the waits between attempts, the last of them again and again, and when it is given up."""

    waits: tuple[timedelta, ...]
    longest: timedelta

    def next_attempt(self, attempts: int, *, written: datetime, now: datetime) -> datetime | None:
        """When to try again after so many attempts; None when it is given up."""
        waits = chain(self.waits, repeat(self.waits[-1]))
        wait = next(each for n, each in enumerate(waits, start=1) if n >= attempts)
        return now + wait if now + wait <= written + self.longest else None


ORDINARY = Patience((timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1)), timedelta(days=3))
CRISIS = Patience((timedelta(minutes=1),), timedelta(days=1))


def patience(about: About) -> Patience:
    """In a crisis a message is worth nothing tomorrow; any other can wait for a mail server that is away for days."""
    return ORDINARY if about is About.CASE_ESCALATED else CRISIS
