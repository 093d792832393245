"""A loop that takes rows of a service's own tables and makes them take effect, for as long as it takes and never faster than it can."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis.backoff import Backoff
from services.chassis.batch import Batch
from services.chassis.clock import Clock
from services.chassis.fuse import Blown, Fuse
from services.chassis.service import Service
from services.chassis.telemetry import Health

ROWS = 500


class Worker(ABC):
    """Runs rounds until cancelled. What fails is tried again, for order allows no skipping; a blown fuse leaves one row a round."""

    part: ClassVar[str]
    poll_seconds: ClassVar[float] = 0.1

    def __init__(
        self,
        service: Service[Any],
        *,
        engine: AsyncEngine,
        health: Health,
        clock: Clock,
        wake_relays: Callable[[], None],
        probe_seconds: float,
        name: str = "",
    ) -> None:
        self._service = service
        self._engine = engine
        self._health = health
        self._clock = clock
        self._wake_relays = wake_relays
        self.name = name or self.part
        self._fuse = Fuse(service.name, self.name, health, probe_seconds)
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to do: look now, not at the next poll."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        backoff, limit = Backoff(), ROWS
        while True:
            self._woken.clear()
            await self._fuse.hold()
            try:
                done = await self._round(1 if self._fuse.blown else limit)
            except Blown as blown:
                limit = blown.done
            except Exception as error:  # noqa: BLE001 -- see the class
                self._health.broken(self.name, type(error).__name__)
                await backoff.wait_after(error)
            else:
                backoff.reset()
                limit = ROWS
                if not self._fuse.blown:
                    self._health.ok(self.name)
                await self._rest(done)

    @abstractmethod
    async def _round(self, limit: int) -> int:
        """Deal with the first rows, at most so many, in one transaction; returns how many there were."""

    def _committed(self, batch: Batch[Any]) -> None:
        self._fuse.learn(batch.failed)
        batch.count()
        self._wake_relays()

    async def _rest(self, done: int) -> None:
        if not done:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.poll_seconds):
                    await self._woken.wait()
