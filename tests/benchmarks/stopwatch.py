"""How long a drain takes: on the clock, and in processor time of this process, which the rest of the machine lengthens less."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, process_time


@dataclass(frozen=True)
class Took:
    """Both in seconds."""

    clock: float
    processor: float


class Stopwatch:
    """Runs from the first batch in hand: starting up, connecting and joining a group do not count, for nobody."""

    def __init__(self, heard: Callable[[], None] = lambda: None) -> None:
        self._begun: Took | None = None
        self.heard = heard
        """Is called at the start."""

    def start(self) -> None:
        """Start; a second call does nothing."""
        if self._begun is None:
            self._begun = _now()
            self.heard()

    def read(self) -> Took:
        """The time since the start."""
        if self._begun is None:
            raise RuntimeError("nothing was read")
        now = _now()
        return Took(now.clock - self._begun.clock, now.processor - self._begun.processor)


def _now() -> Took:
    return Took(perf_counter(), process_time())
