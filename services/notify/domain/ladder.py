"""The crisis ladder: whom a crisis calls, in which order, how long each has, and how often around before everybody is called."""

from collections.abc import Collection
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
class Turn:
    """Who is called now and how long they have (`wait`), and how far up that leaves a crisis."""

    rungs: tuple[Rung, ...]
    wait: timedelta
    rounds: int
    called: tuple[str, ...]
    """The roles called in the round that goes on."""
    is_through: bool
    """Whether everybody had their turns before."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs that can be reached at a moment; a role without a mailbox is none, so nobody waits for it."""

    rungs: tuple[Rung, ...]
    step: timedelta
    rounds: int

    def turn(self, rounds: int, called: Collection[str]) -> Turn:
        """Who is next after so many whole rounds and these roles in the one that goes on: one after the other, then everybody at once.

        Roles count, not places: when office hours begin or end in between, the other ladder calls its first role that was not called yet.
        """
        waiting = tuple(rung for rung in self.rungs if rung.role not in called)
        if self.rungs and not waiting:
            waiting, rounds, called = self.rungs, rounds + 1, ()
        if not self.rungs or rounds >= self.rounds:
            return Turn(self.rungs, EXHAUSTED_EVERY, rounds, (), is_through=True)
        return Turn(waiting[:1], self.step, rounds, (*called, waiting[0].role), is_through=False)
