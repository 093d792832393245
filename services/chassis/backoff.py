"""How long to wait before trying again: longer each time, never in step with others, and always said."""

import asyncio
import random
import traceback
from pathlib import Path

import structlog
from passend_contracts.catalogue import Lane

STEPS = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds; the last one repeats. What waits here holds a partition or a lane, so a minute would be too long once the fault is gone."""
CRISES_STEPS = (0.2, 0.5, 1.0)
"""When Kafka is back crises go first, though all that waited was accepted before them."""

log = structlog.get_logger()


class Backoff:
    """The waits of one thing that is tried again and again; `reset` after a success. In the lane of crises none is over a second."""

    def __init__(self, lane: Lane = "cases") -> None:
        self._steps = STEPS if lane == "cases" else CRISES_STEPS
        self._tries = 0

    def reset(self) -> None:
        """It worked: the next failure starts from the shortest wait."""
        self._tries = 0

    async def wait_after(self, error: BaseException) -> None:
        """Say that it failed, by the error's type only, and wait."""
        seconds = self._steps[min(self._tries, len(self._steps) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311 -- jitter, no secret
        self._tries += 1
        log.warning("will_try_again", fault=type(error).__name__, where=where(error), tries=self._tries, seconds=round(seconds, 1))
        await asyncio.sleep(seconds)


def where(error: BaseException) -> str:
    """File and line of ours that raised it, or called what did; for the log, as the error's own text may quote a record."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
