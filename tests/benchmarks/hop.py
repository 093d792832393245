"""One hop, from a topic through a database to a topic: a backlog drained by our runtime, and by what one would write instead."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from services.jgt_bridge.app import NAME
from tests.benchmarks import bare, idiomatic, ours
from tests.benchmarks.form import Form
from tests.benchmarks.load import Load
from tests.benchmarks.stopwatch import Took
from tests.benchmarks.table import Aim, Point, Row
from tests.pairs.pair import Pair

PLAIN = "bare aiokafka + asyncpg"

Run = Callable[[str, str, Load], Awaitable[Took]]
"""Drains a load from that broker into that database."""

BACKLOG = {"docker": 10_000, "embedded": 8_000}
"""Events. On the embedded broker a relay stays within 1 MB of a partition's slowest reader, and here nobody reads what is told."""
BACKLOGS = (1_000, 50_000)
"""Those beside it, for the chart."""
PAYLOADS = {200: 10_000, 1_000: 10_000, 10_000: 2_500, 50_000: 500}
"""Bytes of data of an event, and how many of such."""
FEW = 300
"""For the one that takes a single message at a time, and to warm up with."""
WITHIN = 180.0
LEAST, LEAST_IDIOMATIC = Aim("≥", 0.5, times=True), Aim("≥", 50, times=True)


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Events per second, round by round, so that what else the machine does falls on all alike."""
    backlog, few = Load.of(form.load(BACKLOG[pair.kind])), Load.of(FEW)
    hops = (_ours(pair), backlog), (bare.run, backlog), (idiomatic.run, few)
    await _warm(pair, *(run for run, _ in hops))
    mine, plain, one_by_one = await _rounds(pair, form.rounds, *hops)
    name = f"one hop, a backlog of {backlog.events:,}"
    compared = rates(mine, backlog), PLAIN, rates(plain, backlog)
    return [
        Row(name, "events/s", *compared, aims=(LEAST,), point=Point("backlog", backlog.events)),
        Row("  processor time of its process", "µs/event", costs(mine, backlog), PLAIN, costs(plain, backlog)),
        Row(name, "events/s", rates(mine, backlog), "FastStream + SQLModel", rates(one_by_one, few), aims=(LEAST_IDIOMATIC,)),
    ]


async def by_backlog(pair: Pair, form: Form) -> list[Row]:
    """The same with shorter and longer backlogs."""
    await _warm(pair, _ours(pair), bare.run)
    loads = [Load.of(form.load(events)) for events in BACKLOGS]
    return [
        Row(f"one hop, a backlog of {load.events:,}", "events/s", *await _compared(pair, form, load), point=Point("backlog", load.events))
        for load in loads
    ]


async def by_payload(pair: Pair, form: Form) -> list[Row]:
    """The same with more in each event, which is handed on whole."""
    await _warm(pair, _ours(pair), bare.run)
    rows = []
    for size, events in PAYLOADS.items():
        load = Load.of(form.load(events), size)
        name = f"one hop, {load.events:,} events with {size / 1000:g} KB of data, handed on whole"
        rows.append(Row(name, "events/s", *await _compared(pair, form, load), point=Point("payload", size)))
    return rows


async def _compared(pair: Pair, form: Form, load: Load) -> tuple[list[float], str, list[float]]:
    mine, plain = await _rounds(pair, form.rounds, (_ours(pair), load), (bare.run, load))
    return rates(mine, load), PLAIN, rates(plain, load)


async def _warm(pair: Pair, *hops: Run) -> None:
    """A short one of each that does not count: imports, plans and caches, and the broker's JVM."""
    for run in hops:
        await drained(pair, run, Load.of(FEW))


async def _rounds(pair: Pair, rounds: int, *hops: tuple[Run, Load]) -> list[Sequence[Took]]:
    """What each took, round by round."""
    took = [[await drained(pair, *hop) for hop in hops] for _ in range(rounds)]
    return list(zip(*took, strict=True))


def _ours(pair: Pair) -> Run:
    return partial(ours.run, embedded=pair.embedded)


def rates(took: Iterable[Took], load: Load) -> list[float]:
    return [load.events / each.clock for each in took]


def costs(took: Iterable[Took], load: Load) -> list[float]:
    return [each.processor / load.events * 1e6 for each in took]


async def drained(pair: Pair, run: Run, load: Load, *, remembered: bool = True) -> Took:
    """How long that took; what a hop must have done is looked after, but for an inbox that does not remember."""
    async with pair.for_one_test() as fresh, asyncio.timeout(WITHIN):
        url = prepared(fresh)
        await load.publish(fresh.kafka)
        took = await run(fresh.kafka, url, load)
        await load.check(fresh.kafka, url, remembered=remembered)
    return took


def prepared(pair: Pair) -> str:
    """The address of an empty database with the tables of jgt_bridge."""
    pair.prepare(NAME)
    return pair.database_url(NAME)
