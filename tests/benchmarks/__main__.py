"""`make bench`: speed and memory of the platform beside a bare alternative, on one pair; prints a table and writes build/bench.json."""

import argparse
from contextlib import AbstractContextManager
from pathlib import Path

import uvloop

from tests.benchmarks import hops, machine
from tests.benchmarks.load import Load
from tests.benchmarks.table import Row, Table
from tests.pairs.engine import engine
from tests.pairs.pair import Pair

RESULT = Path("build/bench.json")


def main() -> None:
    """Measure every row, round by round, so that what else the machine does falls on all rows alike."""
    arguments = argparse.ArgumentParser(prog="make bench")
    arguments.add_argument("--pair", choices=("auto", "docker", "embedded", "both"), default="auto")
    arguments.add_argument("--events", type=int, default=20_000, help="events in one round of a hop")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", nargs="*", choices=sorted(hops.HOPS), default=sorted(hops.HOPS), help="only these hops")
    options = arguments.parse_args()
    tables = [uvloop.run(_measured(kind, options)) for kind in _kinds(options.pair)]  # the loop that the services run on
    print("\n\n".join(table.text() for table in tables))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(Table.json(tables), encoding="utf-8")


def _kinds(wanted: str) -> list[str]:
    found, why = engine()
    if wanted == "docker" and not found:
        raise SystemExit(f"--pair docker: {why}")
    if wanted == "both":
        return ["docker", "embedded"] if found else ["embedded"]
    return [wanted] if wanted != "auto" else ["docker" if found else "embedded"]


async def _measured(kind: str, options: argparse.Namespace) -> Table:
    rows = {name: Row(hops.HOPS[name].title, "events/s") for name in options.only}
    with _started(kind) as pair:
        for number in range(options.rounds + 1):
            for name, row in rows.items():
                seconds = await _round(pair, name, options.events)
                if number:  # the first warms the broker's JVM and the database's cache up
                    row.values.append(options.events / seconds)
        head = await machine.described(pair)
    return Table(
        kind,
        {**head, "events per round": options.events, "rounds": f"{options.rounds}, after one that does not count"},
        list(rows.values()),
    )


async def _round(pair: Pair, name: str, events: int) -> float:
    async with pair.for_one_test() as fresh:
        load = await Load.prepared(fresh.kafka, events)
        return await hops.HOPS[name].run(fresh, load)


def _started(kind: str) -> AbstractContextManager[Pair]:
    if kind == "docker":
        from tests.pairs.docker import docker_pair

        return docker_pair(durable=True)
    from tests.pairs.embedded import embedded_pair

    return embedded_pair()


if __name__ == "__main__":
    main()
