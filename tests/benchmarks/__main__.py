"""`make bench`: speed and memory, each beside an alternative; prints one table, writes it to build/, and draws the chart anew.

`make bench-large` measures the loads that take too long for every day. What fails is named and left out; the rest is measured all the same.
"""

import argparse
import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Literal, TextIO

import uvloop

from services.chassis import runtime, telemetry
from tests.benchmarks import (
    chart,
    codec,
    crisis,
    door,
    hop,
    machine,
    overview,
    promises,
    referral,
    region,
    relaying,
    sealing,
    size,
    suite,
    timers,
    two,
    up,
    waiting,
)
from tests.benchmarks.form import Form
from tests.benchmarks.table import Row, Section, Table
from tests.pairs.embedded import embedded_pair
from tests.pairs.engine import engine
from tests.pairs.pair import Kind, Pair

BUILD = Path("build")
SECONDS, LARGE_SECONDS = 14 * 60.0, 150 * 60.0
"""How long a run may take: what has not begun by then is left out by name."""

Pairs = Literal["any", "real", "none"]


@dataclass(frozen=True)
class Subject:
    """Some rows that are measured together: on any pair, on a real broker only, or on what they start themselves."""

    heading: str
    measure: Callable[..., Awaitable[list[Row]]]
    """Gets the pair, unless it needs none, and the form."""
    on: Pairs = "any"
    seconds: float = 300
    """After which it is given up."""


# In the order in which they would be missed: on a machine that is too slow for all, the last ones are left out.
SUBJECTS = {
    "hop": Subject("A hop: topic → PostgreSQL → topic", hop.measured),
    "two": Subject("A hop in two processes", two.measured, "real"),
    "relay": Subject("The relay alone", relaying.measured),
    "door": Subject("The door over HTTP", door.measured),
    "referral": Subject("The whole chain, idle", referral.measured),
    "crisis": Subject("A crisis behind what waits", crisis.measured),
    "promises": Subject("What each promise costs", promises.measured),
    "size": Subject("Tables that have grown", size.measured, "real"),
    "payload": Subject("Larger events", hop.by_payload, "real"),
    "backlog": Subject("Shorter and longer backlogs", hop.by_backlog, "real"),
    "up": Subject("make up", up.measured, "none"),
    "timers": Subject("Timers", timers.measured),
    "overview": Subject("The console's overview", overview.measured),
    "sealing": Subject("Sealed parts", sealing.measured, "none"),
    "codec": Subject("The contracts by themselves", codec.measured, "none"),
    "suite": Subject("The tests that need nothing", suite.measured, "none"),
}
LARGE = {
    "size": Subject("Tables that have grown", size.measured, "real", 3600),
    **{
        f"waiting-{service}": Subject(f"500,000 records wait for {service}", partial(waiting.measured, service), "real", 1500)
        for service in waiting.WAIT
    },
    "region": Subject("A simulated region", region.measured, "none", 1800),
}


@dataclass
class Bench:
    """One run: what it measured so far, and what it could not."""

    form: Form
    subjects: list[Subject]
    say: TextIO
    until: float
    """After which nothing more is begun, by the monotonic clock."""
    head: dict[str, str] = field(default_factory=machine.described)
    sections: list[Section] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def run(self, kinds: Iterable[Kind]) -> Table:
        """Measure on one pair after the other, never two at once, and at last what needs none."""
        before = machine.load()
        for kind in kinds if any(subject.on != "none" for subject in self.subjects) else ():
            with self._named(kind), _started(kind) as pair:
                pair.databases.reuse = False
                uvloop.run(self._on(pair))  # the loop that the services run on
        uvloop.run(self._alone())
        self.head["rounds"] = f"{self.form.rounds}, by turns with what stands beside; of a hop after a short one that does not count"
        self.head["load"] = f"{before:.1f} at the start, {machine.load():.1f} at the end"
        if self.form.part != 1:
            self.head["a trial"] = f"with {self.form.part:g} of each load: these figures say nothing"
        return Table(self.head, self.sections, self.left_out)

    async def _on(self, pair: Pair) -> None:
        async with pair.for_one_test() as fresh:
            self.head[pair.kind] = await machine.servers(fresh)
        for subject in self.subjects:
            if subject.on == "any" or (subject.on == "real" and not pair.embedded):
                await self._add(subject, pair.kind, pair, self.form)

    async def _alone(self) -> None:
        for subject in self.subjects:
            if subject.on == "none":
                await self._add(subject, "by itself", self.form)

    async def _add(self, subject: Subject, pair: str, *given: object) -> None:
        begun = monotonic()
        with self._named(f"{subject.heading} ({pair})"):
            left = self.until - monotonic()
            if left <= 0:
                raise NoTimeLeft
            async with asyncio.timeout(min(subject.seconds, left)):
                self.sections.append(Section(subject.heading, pair, await subject.measure(*given)))
        print(f"{subject.heading} ({pair}): {monotonic() - begun:.0f} s", file=self.say, flush=True)

    @contextmanager
    def _named(self, what: str) -> Iterator[None]:
        """What fails is left out by name: it must not cost an hour's run of all the rest."""
        try:
            yield
        except Exception as failed:  # noqa: BLE001 -- see above
            traceback.print_exc(file=sys.stdout)
            self.left_out.append(f"{what}: {_why(failed)}")


class NoTimeLeft(Exception):
    """The others took all of it: this machine is slow, or something else runs on it."""

    def __str__(self) -> str:
        return str(self.__doc__)


def _why(failed: BaseException) -> str:
    """The first cause; all of it stands in the log."""
    while isinstance(failed, BaseExceptionGroup):
        failed = failed.exceptions[0]
    return f"{type(failed).__name__} {failed}".strip().partition("\n")[0]


def _started(kind: Kind) -> AbstractContextManager[Pair]:
    if kind == "docker":
        from tests.pairs.docker import docker_pair

        return docker_pair(durable=True)
    return embedded_pair()


def _kinds(wanted: str) -> list[Kind]:
    found, why = engine()
    match wanted:
        case "docker" if not found:
            raise SystemExit(f"--pair docker: {why}")
        case "both" if found:
            return ["docker", "embedded"]
        case "docker" | "auto" if found:
            return ["docker"]
        case _:
            return ["embedded"]


def main() -> None:
    """Measure, print, keep, draw; ends with 1 when something was left out."""
    options = _options()
    subjects = LARGE if options.large else SUBJECTS
    if unknown := set(options.only or ()) - set(subjects):
        raise SystemExit(f"--only {' '.join(sorted(unknown))}: there is {', '.join(subjects)}")
    BUILD.mkdir(exist_ok=True)
    whole = options.part == 1 and not options.only
    name = ("bench-large" if options.large else "bench") if whole else "bench-trial"
    form = Form(options.rounds, options.large, options.part)
    with (BUILD / f"{name}.log").open("w", encoding="utf-8") as log, redirect_stdout(log):
        telemetry.configure_logging("bench")  # what the hop under test logs, for as long as it runs
        runtime.spare_the_collector()  # as a service's process does; what stands beside in this process has the good of it as well
        until = monotonic() + (LARGE_SECONDS if options.large else SECONDS)
        bench = Bench(form, [subjects[each] for each in options.only or subjects], sys.stderr, until)
        table = bench.run(_kinds(options.pair))
    print(table.text())
    (BUILD / f"{name}.json").write_text(table.json(), encoding="utf-8")
    if whole:  # a chart of some subjects would lose its other panels
        chart.redraw(BUILD)
    if table.left_out:
        raise SystemExit(1)


def _options() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="make bench")
    arguments.add_argument("--pair", choices=("auto", "docker", "embedded", "both"), default="auto", help="auto: Docker where it answers")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--large", action="store_true", help="what takes too long for every day")
    arguments.add_argument("--only", nargs="+", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}; with --large of {', '.join(LARGE)}")
    arguments.add_argument("--part", type=float, default=1.0, help="of each load, for a trial: shows that the rows work, and no more")
    return arguments.parse_args()


if __name__ == "__main__":
    main()
