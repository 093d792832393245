"""The crisis ladder: whom a crisis calls, in which order, how long each has, and how often around before everybody is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

EXHAUSTED_EVERY = timedelta(hours=1)
"""How often everybody is called once all were called in turn: a crisis is never let go of."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A role on the ladder and where it is reached."""

    role: str
    address: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs that can be reached at a moment; a role without a mailbox is none, so nobody waits for it."""

    rungs: tuple[Rung, ...]
    step: timedelta
    rounds: int

    def is_through(self, calls: int) -> bool:
        """Whether everybody has had their turns after so many calls."""
        return calls >= len(self.rungs) * self.rounds

    def turn(self, calls: int) -> Sequence[Rung]:
        """Who is called after so many calls: one after the other, then everybody at once."""
        return self.rungs if self.is_through(calls) else (self.rungs[calls % len(self.rungs)],)

    def wait(self, calls: int) -> timedelta:
        """How long those called have before the next call."""
        return EXHAUSTED_EVERY if self.is_through(calls) else self.step
