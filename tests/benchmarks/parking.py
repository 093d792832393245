"""What parking costs when nothing fails: our hop, beside the same code with savepoints, isolation and parked cases taken out by a patch."""

from itertools import cycle, islice

from tests.benchmarks.apart import hop_from
from tests.benchmarks.hop import BACKLOG, FEW, costs, drained, rates
from tests.benchmarks.load import Load
from tests.benchmarks.table import Row
from tests.faults.patched import ROOT, copy_with
from tests.pairs.pair import Pair

WITHOUT = "the same without, by a patch"


async def measured(pair: Pair, rounds: int) -> list[Row]:
    """Events per second with and without, each from a process of its own, in turn."""
    backlog, few = Load.of(BACKLOG[pair.kind]), Load.of(FEW)
    with copy_with("no_parking") as copy:
        async with hop_from(ROOT, embedded=pair.embedded) as ours, hop_from(copy, embedded=pair.embedded) as without:
            for run in (ours, without):
                await drained(pair, run, few)
            orders = islice(cycle([(ours, without), (without, ours)]), rounds)  # neither profits from coming second
            took = [{run: await drained(pair, run, backlog) for run in order} for order in orders]
    mine, bare = ([each[run] for each in took] for run in (ours, without))
    return [
        Row("one hop with parking, nothing fails", "events/s", rates(mine, backlog), WITHOUT, rates(bare, backlog)),
        Row("processor time of its process", "µs/event", costs(mine, backlog), WITHOUT, costs(bare, backlog)),
    ]
