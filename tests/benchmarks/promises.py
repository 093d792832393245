"""What each promise costs when nothing fails: our hop, beside the same code with that promise taken out by a patch."""

from contextlib import AsyncExitStack

from tests.benchmarks.apart import hop_from
from tests.benchmarks.form import Form
from tests.benchmarks.hop import BACKLOG, FEW, Run, costs, drained, rates
from tests.benchmarks.load import Load
from tests.benchmarks.stopwatch import Took
from tests.benchmarks.table import Row
from tests.faults.patched import ROOT, copy_with
from tests.pairs.pair import Pair

WITHOUT = {
    "inbox": "no_inbox",
    "order per case": "no_order",
    "parking": "no_parking",
    "metrics": "no_metrics",
}
"""A promise, and the patch that takes it out."""
FORGETS = {"inbox"}
"""Without which no row says that an event was taken in."""


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Events per second with all of them and without each, every one from a process of its own, in turn."""
    backlog, few = Load.of(form.load(BACKLOG[pair.kind])), Load.of(FEW)
    async with AsyncExitStack() as copies:
        runs = {"": await copies.enter_async_context(hop_from(ROOT, embedded=pair.embedded))}
        for promise, patch in WITHOUT.items():
            copy = copies.enter_context(copy_with(patch))
            runs[promise] = await copies.enter_async_context(hop_from(copy, embedded=pair.embedded))
        for promise in runs:
            await _drained(pair, runs, promise, few)
        took = [{promise: await _drained(pair, runs, promise, backlog) for promise in _order(runs, n)} for n in range(form.rounds)]
    rows = []
    for promise in WITHOUT:
        mine, bare = ([each[which] for each in took] for which in ("", promise))
        name, beside = f"one hop with {promise}", "the same without, by a patch"
        rows += [
            Row(name, "events/s", rates(mine, backlog), beside, rates(bare, backlog)),
            Row("  processor time of its process", "µs/event", costs(mine, backlog), beside, costs(bare, backlog)),
        ]
    return rows


def _order(runs: dict[str, Run], number: int) -> list[str]:
    """Another one first in each round: nobody profits from its place."""
    promises = list(runs)
    first = number % len(promises)
    return promises[first:] + promises[:first]


async def _drained(pair: Pair, runs: dict[str, Run], promise: str, load: Load) -> Took:
    return await drained(pair, runs[promise], load, remembered=promise not in FORGETS)
