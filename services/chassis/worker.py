"""A loop that takes rows of a service's own tables and makes them take effect, for as long as it takes and never faster than it can."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from passend_contracts.catalogue import Lane

from services.chassis.backoff import Backoff
from services.chassis.batch import Batch
from services.chassis.fuse import Blown, Fuse
from services.chassis.telemetry import part

if TYPE_CHECKING:
    from services.chassis.runtime import Machine

ROWS = 500


class Worker(ABC):
    """Runs rounds until cancelled. What fails is tried again, for order allows no skipping; a blown fuse leaves one row a round."""

    part: ClassVar[str]
    poll_seconds: ClassVar[float] = 0.1

    def __init__(self, machine: "Machine", lane: Lane) -> None:
        self.name = part(self.part, lane)
        self.lane: Lane = lane
        self._service = machine.service
        self._engine = machine.engines[lane]
        self._health = machine.health
        self._clock = machine.clock
        self._wake_relays = machine.wake_relays
        self._fuse = Fuse(machine.service.name, self.name, machine.health, machine.settings.probe_seconds)
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to do: look now, not at the next poll."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        backoff, limit = Backoff(self.lane), ROWS
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
