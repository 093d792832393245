"""Parts of the embedded default, each started as `make up` starts it."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.pairs.embedded import Process
from tests.pairs.kafka import wait_for_kafka
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

WITHIN = 20.0


class Broker(Process):
    """The embedded broker on a port of its own."""

    def __init__(self, log: Path) -> None:
        self.java_port = free_port()
        super().__init__("deploy.embedded.broker", log, "--region", str(REGION), "--java-port", str(self.java_port))
        self.kafka = f"127.0.0.1:{self.port}"

    async def answers(self) -> None:
        self.start()
        await self.up(wait_for_kafka(self.kafka))

    async def replace(self) -> None:
        """Kill it and start another one at the same address."""
        self.kill()
        await self.answers()


async def until(fact: Callable[[], bool], within: float = WITHIN) -> None:
    """Return when the fact holds; fails when it does not in time."""
    end = time.monotonic() + within
    while not fact():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether that process still runs; one whose end nobody has collected does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
