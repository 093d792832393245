"""Plays a region for weeks of simulated time on a platform of its own: same seed, same events and legal dates, in minutes."""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TextIO

import httpx

from deploy.embedded.processes import MAIL, REGION, SERVICES, Ports, free_base
from deploy.kafka.topics import topics_of
from deploy.parties.board import schools
from deploy.simulator.actors import Answering
from deploy.simulator.clockwork import Clockwork
from deploy.simulator.doors import Doors, Topics
from deploy.simulator.lives import lives
from deploy.simulator.office import Office
from deploy.simulator.on_call import OnCall
from deploy.simulator.play import office_of
from deploy.simulator.region import Region, outcomes, told
from services.chassis.calendar import LEGAL_TIME
from services.chassis.region import load

START = datetime(2026, 8, 31, 6, tzinfo=UTC)
"""The first Monday of the school year 2026/2027, before anybody is at work."""
AT_WORK = 10
"""The hour of a working day, in the Netherlands, at which everybody does what there is to do."""
BEGINNINGS = 0.6
"""In which part of the weeks all cases begin: the others are for what comes of them."""
TELL_EVERY = 5.0
READY_WITHIN = 120.0
WEEKEND = 5
MOST_SHOWN = 20


def at_work(after: datetime, days: float) -> datetime:
    """The first hour of work at least so many days later, and never the one that is now."""
    wanted = max(after + timedelta(days=days), after + timedelta(seconds=1)).astimezone(LEGAL_TIME)
    moment = wanted.replace(hour=AT_WORK, minute=0, second=0, microsecond=0)
    while moment < wanted or moment.weekday() >= WEEKEND:
        moment = (moment + timedelta(days=1)).replace(hour=AT_WORK)
    return moment.astimezone(UTC)


@dataclass
class Weeks:
    """The region, driven by a clock that jumps; `spent` counts the seconds that each part of it took."""

    region: Region
    office: Office
    on_call: OnCall
    clockwork: Clockwork
    until: datetime
    platform: int
    """The process that keeps all others running."""
    kill_weekly: bool
    stops: int = 0
    kills: list[str] = field(default_factory=list)
    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _day: datetime = START

    async def run(self, children: int) -> None:
        """Go on until the last week is over."""
        said, week = time.monotonic(), 0
        while (moment := await self._next()) <= self.until:
            if self.kill_weekly and (passed := (moment - START).days // 7) > week:
                week = passed
                self._kill(week)
            self.clockwork.clock.set(moment)
            self.stops += 1
            await self._act(moment)
            if time.monotonic() - said > TELL_EVERY:
                print(f"week {(moment - START).days // 7 + 1}, {self.stops} stops: {self.region.progress(children)}", flush=True)
                said = time.monotonic()
        self.clockwork.clock.set(self.until)
        await self._idle()

    async def _next(self) -> datetime:
        """The next moment at which anybody, or a service, has something to do."""
        due, now = await self._idle(), self.clockwork.clock.now()
        began = time.monotonic()
        await self.region.listen(now)
        if self.region.crisis_news:  # a page of 500 mails at every stop would be half of all work
            await self.on_call.read(self.region.crises, now)
            self.region.crisis_news = False
        self.spent["listening"] += time.monotonic() - began
        return min(each for each in (due, self.region.next_moment, self.on_call.next_moment, self._day) if each)

    async def _act(self, moment: datetime) -> None:
        """Do what is due, one kind of party after the other: what a gemeente answers never races with what a board says."""
        for doings in self.region.due(moment).values():
            began = time.monotonic()
            await self.region.do(doings)
            self.spent["sending"] += time.monotonic() - began
            await self._idle()
        if await self.on_call.act(moment):
            await self._idle()
        if moment >= self._day:
            self._day = at_work(moment, 0)
            began = time.monotonic()
            await self.office.look(moment.astimezone(LEGAL_TIME))
            self.spent["the office"] += time.monotonic() - began

    async def _idle(self) -> datetime | None:
        began = time.monotonic()
        due = await self.clockwork.idle()
        self.spent["the platform"] += time.monotonic() - began
        return due

    def _kill(self, week: int) -> None:
        """SIGKILL one child of the platform, another each week."""
        children = Path(f"/proc/{self.platform}/task/{self.platform}/children").read_text().split()
        victim = Random(week).choice(sorted(children, key=int))  # noqa: S311 -- a play
        command = Path(f"/proc/{victim}/cmdline").read_text().split("\0")
        self.kills.append(command[2] if command[1] == "-m" else "the database")
        os.kill(int(victim), signal.SIGKILL)


@contextmanager
def _directory(kept: str) -> Iterator[Path]:
    """Where the platform lives: thrown away afterwards, unless it is to be kept."""
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept).resolve()
        return
    directory = Path(tempfile.mkdtemp(prefix="passend-weeks-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def play(options: argparse.Namespace, directory: Path, sent: TextIO) -> int:
    """Play so many children for so many weeks, prove it, and print what came of it; returns how many violations there are."""
    began = time.monotonic()
    days = options.weeks * 7
    played = lives(options.children, options.seed, schools=schools(), over_days=days * BEGINNINGS, run=str(options.seed))
    async with throw_away_platform(directory) as (process, ports, clockwork), httpx.AsyncClient(timeout=60, trust_env=False) as client:
        doors = Doors(client, ports)
        region = Region(doors, _topics(ports), _answering(), at_work, sent)
        office = office_of(doors, ports, region.counts, timedelta(days=1))
        await office.open()
        for life in played:
            region.begin(life, START)
        people = OnCall(doors, ports.url(MAIL), region.counts, a_minute=timedelta(minutes=1), a_day=timedelta(days=1))
        weeks = Weeks(region, office, people, clockwork, START + timedelta(days=days), process.pid, kill_weekly=options.kill_weekly)
        await weeks.run(len(played))
        await region.topics.close()
        seconds = time.monotonic() - began
        print(region.progress(len(played)))
        for line in told(await outcomes(doors, played)):
            print(line)
        proof = await doors.proof()
    for line in _told(weeks, seconds, proof):
        print(line)
    return len(proof["violations"])


def _told(weeks: Weeks, seconds: float, proof: Mapping[str, Any]) -> Iterator[str]:
    if weeks.kills:
        yield f"killed, one a week: {', '.join(f'{count} {name}' for name, count in sorted(Counter(weeks.kills).items()))}"
    yield f"{weeks.stops} stops in {seconds:.0f} s: {weeks.stops / seconds:.1f} stops/s, {proof['records'] / seconds:.0f} records/s"
    yield "of it " + ", ".join(f"{spent:.0f} s {what}" for what, spent in sorted(weeks.spent.items(), key=lambda each: -each[1]))
    for found in proof["violations"][:MOST_SHOWN]:
        yield f"{found['rule']}  case {found['case']}  {found['at'][:19]}  {found['what']}"
    checked = f"{proof['records']} records of {proof['cases']} cases, fingerprint {proof['fingerprint']}"
    yield f"{checked}: {len(proof['violations'])} violations"


def _topics(ports: Ports) -> Topics:
    return Topics(ports.kafka, [(party.id, party.kind) for party in load(REGION).parties if party.kind != "swv"], from_now=False)


def _answering() -> dict[str, Answering]:
    return {party.id: Answering(party.id, party.urn) for party in load(REGION).parties if party.kind != "swv"}


@asynccontextmanager
async def throw_away_platform(directory: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, Ports, Clockwork]]:
    """A platform in its own directory, on ports that are free, by a clock of its own; it ends with this block."""
    ports = Ports(free_base())
    clockwork = Clockwork(directory, ports.kafka, SERVICES, topics_of(load(REGION)), START)
    command = [sys.executable, "-m", "deploy.embedded", "--dir", str(directory), "--base-port", str(ports.base), "--simulated"]
    with (directory / "platform.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        async with asyncio.timeout(READY_WITHIN):
            await clockwork.idle()
        yield process, ports, clockwork
    finally:
        await clockwork.close()
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)


def main() -> int:
    """Play weeks."""
    arguments = argparse.ArgumentParser(prog="passend simulate --weeks")
    arguments.add_argument("--children", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--weeks", type=int, default=10)
    arguments.add_argument("--sent", type=Path, default=Path("sent.jsonl"))
    arguments.add_argument("--dir", default="")
    arguments.add_argument("--kill-weekly", action="store_true")
    options = arguments.parse_args()
    try:
        with _directory(options.dir) as directory, options.sent.open("w", encoding="utf-8") as sent:
            return 1 if asyncio.run(play(options, directory, sent)) else 0
    except KeyboardInterrupt:
        print("passend simulate: stopped", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
