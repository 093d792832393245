"""`make bench`: speed and memory, each beside an alternative or a limit; prints a table per pair and writes build/bench.json."""

import argparse
from collections.abc import Collection
from contextlib import AbstractContextManager, redirect_stdout
from pathlib import Path

import uvloop

from services.chassis import telemetry
from tests.benchmarks import crisis, hop, machine, overview, parking, referral, region, suite, timers, up
from tests.benchmarks.chain import chain
from tests.benchmarks.table import Row, Table
from tests.pairs.embedded import embedded_pair
from tests.pairs.engine import engine
from tests.pairs.pair import Pair

ROWS = ("hop", "parking", "timers", "referral", "crisis", "overview", "up", "memory", "suite")
LONG = ("region",)
"""Only when asked for: minutes each."""
BUILD = Path("build")


EMBEDDED = "up, memory, suite, region"


def main() -> None:
    """Measure on one pair after the other: never two at once."""
    arguments = argparse.ArgumentParser(prog="make bench")
    arguments.add_argument(
        "--pair", choices=("auto", "docker", "embedded", "both"), default="auto", help="auto: both, where Docker answers"
    )
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--only", nargs="+", choices=(*ROWS, *LONG), default=ROWS, help=f"{EMBEDDED}: embedded only")
    options = arguments.parse_args()
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "bench.log").open("w", encoding="utf-8") as log, redirect_stdout(log):
        telemetry.configure_logging("bench")  # what the hop under test logs, for as long as it runs
        tables = [_table(kind, options.rounds, options.only) for kind in _kinds(options.pair)]
    print("\n\n".join(table.text() for table in tables))
    (BUILD / "bench.json").write_text(Table.json(tables), encoding="utf-8")


def _kinds(wanted: str) -> list[str]:
    found, why = engine()
    if wanted == "docker" and not found:
        raise SystemExit(f"--pair docker: {why}")
    if wanted in {"docker", "embedded"}:
        return [wanted]
    return ["docker", "embedded"] if found else ["embedded"]


def _table(kind: str, rounds: int, wanted: Collection[str]) -> Table:
    before = machine.load()
    with _started(kind) as pair:
        head, rows = uvloop.run(_on_pair(pair, rounds, wanted))  # the loop that the services run on
    if kind == "embedded":
        rows += uvloop.run(up.measured(rounds, wanted)) if {"up", "memory", "referral"} & set(wanted) else []
        rows += [suite.measured()] if "suite" in wanted else []
        rows += uvloop.run(region.measured()) if "region" in wanted else []
    head["load"] = f"{before:.1f} at the start, {machine.load():.1f} at the end"
    head["rounds"] = f"{rounds}; of a hop after a short one that does not count"
    return Table(kind, head, rows)


def _started(kind: str) -> AbstractContextManager[Pair]:
    if kind == "docker":
        from tests.pairs.docker import docker_pair

        return docker_pair(durable=True)
    return embedded_pair()


async def _on_pair(pair: Pair, rounds: int, wanted: Collection[str]) -> tuple[dict[str, str], list[Row]]:
    async with pair.for_one_test() as fresh:
        head = await machine.described(fresh)
    rows = await hop.measured(pair, rounds) if "hop" in wanted else []
    rows += await parking.measured(pair, rounds) if "parking" in wanted else []
    if "timers" in wanted:
        async with pair.for_one_test() as fresh:
            rows += await timers.measured(fresh)
    if "referral" in wanted and not pair.embedded:  # there it goes through all that `make up` starts
        async with pair.for_one_test() as fresh, chain(fresh, *referral.THROUGH) as addresses:
            rows += await referral.measured(addresses)
    if "crisis" in wanted:
        async with pair.for_one_test() as fresh:
            rows += await crisis.measured(fresh)
    if "overview" in wanted:
        async with pair.for_one_test() as fresh:
            rows += await overview.measured(fresh)
    return head, rows


if __name__ == "__main__":
    main()
