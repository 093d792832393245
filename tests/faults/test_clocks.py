"""A service whose clock is ten minutes off, and jumps back twenty when it starts again: order and once do not hang on clocks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.chassis.clock import SimulatedClock
from tests.faults.scene import Scene

pytestmark = [pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers"), pytest.mark.long]

OFF = timedelta(minutes=10)
TICK_SECONDS = 0.05


class Clock:
    """Runs as the machine's, so much ahead of it."""

    def __init__(self, file: Path) -> None:
        self.ahead = OFF
        self._clock = SimulatedClock(file, datetime.now(UTC) + OFF)

    async def run(self) -> None:
        while True:
            self._clock.set(datetime.now(UTC) + self.ahead)
            await asyncio.sleep(TICK_SECONDS)


@asynccontextmanager
async def running_clock(file: Path) -> AsyncIterator[Clock]:
    clock = Clock(file)
    ticking = asyncio.create_task(clock.run())
    yield clock
    ticking.cancel()


async def test_a_door_ten_minutes_off(intake: Scene, tmp_path: Path) -> None:
    await _ten_minutes_off(intake, tmp_path)


async def test_a_reader_ten_minutes_off(jgt_bridge: Scene, tmp_path: Path) -> None:
    await _ten_minutes_off(jgt_bridge, tmp_path)


async def _ten_minutes_off(scene: Scene, directory: Path) -> None:
    async with running_clock(directory / "clock") as clock:
        scene.service.tell(clock=str(directory / "clock"))
        async with scene.under_load(f"21 {scene.service.name}'s clock 10 minutes ahead, then 10 behind") as load:
            await load.reached(100)
            scene.service.kill()
            clock.ahead = -OFF
            await scene.service.start()
