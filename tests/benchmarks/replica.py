"""One of the processes that share a hop, ours or the bare one: it drains until it is told to stop, and says when it began."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from math import inf
from time import time
from typing import TextIO

import uvloop

from services.chassis import runtime, telemetry
from tests.benchmarks import bare, ours
from tests.benchmarks.stopwatch import Stopwatch


@dataclass(frozen=True)
class Told:
    """What such a process is told: where to drain, and which one of them it is."""

    kind: str
    kafka: str
    database_url: str
    number: int


Until = Callable[[], Awaitable[object]]
"""Returns when it is to stop."""


async def _ours(told: Told, stopped: Until, watch: Stopwatch) -> None:
    async def record(*_batch: object) -> None:
        watch.start()

    settings = ours.settings(told.kafka, told.database_url, embedded=False, replica=str(told.number))
    app = runtime.build(ours.service(record=record), settings)
    async with app.router.lifespan_context(app):
        await stopped()


async def _bare(told: Told, stopped: Until, watch: Stopwatch) -> None:
    """The first of them publishes for all: nothing else would keep the order of a case."""
    async with bare.hop(told.kafka, told.database_url, shared=True, watch=watch) as hop:
        stop = asyncio.ensure_future(stopped())
        parts = [asyncio.create_task(hop.consume())]
        parts += [asyncio.create_task(hop.relay(inf))] if told.number == 0 else []
        await asyncio.wait([stop, *parts], return_when=asyncio.FIRST_COMPLETED)
        for part in parts:
            part.cancel()
        await asyncio.wait(parts)


KINDS = {"ours": _ours, "bare": _bare}


def main(told: Told, asked: TextIO, say: TextIO) -> None:
    """Drain until the other side closes `asked`."""
    watch = Stopwatch(lambda: print(time(), file=say, flush=True))
    with redirect_stdout(sys.stderr):
        telemetry.configure_logging("bench")
        runtime.spare_the_collector()
        uvloop.run(KINDS[told.kind](told, lambda: asyncio.to_thread(asked.read), watch))


if __name__ == "__main__":
    kind, kafka, url, number = sys.argv[1:]
    main(Told(kind, kafka, url, int(number)), sys.stdin, sys.stdout)
