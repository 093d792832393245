"""Stops a consumer when nothing it does works any more: a bad deploy must not park the whole region, one child after the other."""

import asyncio

import structlog

from services.chassis.telemetry import FUSE, Health

CASES_IN_A_ROW = 20

log = structlog.get_logger()


class Blown(Exception):
    """The fuse blew inside a batch: only its first `done` inputs may be dealt with now; the rest waits for a probe that works."""

    def __init__(self, done: int) -> None:
        super().__init__(done)
        self.done = done


class Fuse:
    """Counts the distinct cases that failed by a bug without one success between them; `Rejected` never counts.

    When it has blown, its owner waits with `hold`, tries one input, and goes on when that worked. Blown, at most one case is
    parked per probe.
    """

    def __init__(self, service: str, part: str, health: Health, probe_seconds: float) -> None:
        self.failed: frozenset[str] = frozenset()
        """The cases that failed in a row up to now."""
        self._failed_again = False
        self._gauge = FUSE.labels(service, part)
        self._part = part
        self._health = health
        self._probe_seconds = probe_seconds

    @property
    def blown(self) -> bool:
        """Whether nothing is taken but probes."""
        return is_too_many(self.failed)

    def learn(self, failed: frozenset[str]) -> None:
        """The cases that failed in a row, now that a batch is through."""
        before, self._failed_again = self.blown, len(failed) > len(self.failed)
        self.failed = failed
        self._gauge.set(self.blown)
        if self.blown and not before:
            log.error("fuse_blown", part=self._part, cases_in_a_row=len(failed), probe_every_seconds=self._probe_seconds)
        if before and not self.blown:
            log.info("fuse_mended", part=self._part)

    async def hold(self) -> None:
        """Wait until the next probe, visibly; return at once as long as it has not blown.

        An input that tried nothing, because its case is parked, was no probe: the next one does not wait.
        """
        if self.blown:
            self._health.broken(self._part, "FuseBlown")
            if self._failed_again:
                await asyncio.sleep(self._probe_seconds)


def is_too_many(failed: frozenset[str]) -> bool:
    """Whether so many distinct cases in a row say that the code is broken, and not a case."""
    return len(failed) >= CASES_IN_A_ROW
