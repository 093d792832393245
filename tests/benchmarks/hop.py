"""One hop, from a topic through a database to a topic: a backlog drained by our runtime, and by what one would write instead."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from services.chassis import database
from services.jgt_bridge.app import NAME
from tests.benchmarks import bare, idiomatic, ours
from tests.benchmarks.load import Load
from tests.benchmarks.stopwatch import Took
from tests.benchmarks.table import Row
from tests.pairs.pair import Pair

PLAIN = "bare aiokafka + asyncpg"

Run = Callable[[str, str, Load], Awaitable[Took]]
"""Drains a load from that broker into that database."""

BACKLOG = {"docker": 10_000, "embedded": 8_000}
"""Events. On the embedded broker a relay stays within 1 MB of a partition's slowest reader, and here nobody reads what is told."""
FEW = 300
"""For the one that takes a single message at a time, and to warm up with."""
WITHIN = 180.0


async def measured(pair: Pair, rounds: int) -> list[Row]:
    """Events per second, round by round, so that what else the machine does falls on all alike."""
    backlog, few = Load.of(BACKLOG[pair.kind]), Load.of(FEW)
    hops = ((partial(ours.run, embedded=pair.embedded), backlog), (bare.run, backlog), (idiomatic.run, few))
    for run, _ in hops:  # imports, plans and caches, and the broker's JVM
        await drained(pair, run, few)
    took = [[await drained(pair, *hop) for hop in hops] for _ in range(rounds)]
    mine, plain, one_by_one = zip(*took, strict=True)
    return [
        Row(f"one hop, a backlog of {backlog.events:,}", "events/s", rates(mine, backlog), PLAIN, rates(plain, backlog)),
        Row("processor time of its process", "µs/event", costs(mine, backlog), PLAIN, costs(plain, backlog)),
        Row("one hop", "events/s", rates(mine, backlog), "FastStream + SQLModel, one at a time", rates(one_by_one, few)),
    ]


def rates(took: Iterable[Took], load: Load) -> list[float]:
    return [load.events / each.clock for each in took]


def costs(took: Iterable[Took], load: Load) -> list[float]:
    return [each.processor / load.events * 1e6 for each in took]


async def drained(pair: Pair, run: Run, load: Load) -> Took:
    async with pair.for_one_test() as fresh, asyncio.timeout(WITHIN):
        fresh.prepare(NAME, lambda url: asyncio.run(migrate(url)))
        url = fresh.database_url(NAME)
        await load.publish(fresh.kafka)
        took = await run(fresh.kafka, url, load)
        await load.check(fresh.kafka, url)
    return took


async def migrate(url: str) -> None:
    """Give a database the tables of jgt_bridge."""
    engine = database.connect(url)
    await database.migrate(engine, ours.MIGRATIONS)
    await engine.dispose()
