"""Starts the processes of the platform in order, keeps them running, and stops them in the opposite order.

When the broker dies, its log is gone: the services stop, the broker starts with a new log id, then the services start. Kept
apart like this, no service can take the new log for the old one (the relays publish again what they retained).
"""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from deploy.embedded.child import Child, Keeper, Log, Said

BOUND_LOGS_EVERY = 5.0


class Supervisor:
    """Runs stages of children: those of one stage start together, the next stage when all of them are ready."""

    def __init__(self, stages: Sequence[Sequence[Child]], logs: Path, say: Said) -> None:
        self._stages = [[self._keeper(child, Log(logs, child.name), say) for child in stage] for stage in stages]
        self._waiting: dict[str, list[Keeper]] = {}
        self._ending = False

    async def run(self, stop: asyncio.Event, when_ready: Callable[[], None] = lambda: None) -> None:
        """Run until `stop`; every child has ended when this returns."""
        beside = [asyncio.create_task(self._start(when_ready)), asyncio.create_task(self._bound_logs())]
        try:
            await stop.wait()
        finally:
            self._ending = True
            for task in beside:
                task.cancel()
            for stage in reversed(self._stages):
                await asyncio.gather(*(keeper.stop() for keeper in stage))

    def kill(self) -> None:
        """End every child at once."""
        for keeper in self._keepers():
            keeper.kill()

    def _keeper(self, child: Child, log: Log, say: Said) -> Keeper:
        log.rotate()
        return Keeper(child, log, say, fallen=lambda: self._fallen(child.name), risen=lambda: self._risen(child.name))

    def _keepers(self) -> Iterator[Keeper]:
        return (keeper for stage in self._stages for keeper in stage)

    async def _start(self, when_ready: Callable[[], None]) -> None:
        for stage in self._stages:
            for keeper in stage:
                keeper.start()
            for keeper in stage:
                await keeper.ready()
        when_ready()

    async def _fallen(self, name: str) -> None:
        """Stop those that share this child's fate, and remember them."""
        sharing = [keeper for keeper in self._keepers() if keeper.child.falls_with == name and keeper.kept]
        self._waiting.setdefault(name, []).extend(sharing)
        await asyncio.gather(*(keeper.stop() for keeper in sharing))

    async def _risen(self, name: str) -> None:
        for keeper in self._waiting.pop(name, []):
            if not self._ending:
                keeper.start()

    async def _bound_logs(self) -> None:
        while True:
            await asyncio.sleep(BOUND_LOGS_EVERY)
            for keeper in self._keepers():
                keeper.log.bound()


async def supervise(supervisor: Supervisor, when_ready: Callable[[], None], say: Said) -> None:
    """Run until Ctrl-C, SIGTERM or a closed terminal; a second one ends everything at once."""
    stop = asyncio.Event()

    def asked() -> None:
        if stop.is_set():
            say("stopping at once")
            supervisor.kill()
        else:
            say("stopping in order; once more stops at once")
            stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked)
    await supervisor.run(stop, when_ready)
    say("stopped; the next start continues")


def say(line: str) -> None:
    """One line for whoever started the platform."""
    print(line, flush=True)
