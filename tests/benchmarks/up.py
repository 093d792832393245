"""What `make up` costs whoever tries it: seconds until the first referral is with the gemeente, and memory after a demonstration."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

from tests.benchmarks import memory, referral
from tests.benchmarks.form import Form
from tests.benchmarks.referral import Addresses
from tests.benchmarks.table import Aim, Row
from tests.journeys.platform import Platform, platform

BASE_PORT = 23080
SECONDS, MEGABYTES = Aim("≤", 15), Aim("≤", 1_200)
WITHIN = 60.0


async def measured(form: Form) -> list[Row]:
    """Each round starts twice in a directory of its own; memory is measured once, on the first start."""
    first, second, rows = [], [], []
    for number in range(form.rounds):
        with TemporaryDirectory(prefix="passend-", ignore_cleanup_errors=True) as directory:
            async with started(Path(directory)) as (running, seconds):
                first.append(seconds)
                if number == 0:
                    await _demo(running)
                    rows = _memory(running.process.pid)
            async with started(Path(directory)) as (_, seconds):
                second.append(seconds)
    return [
        Row("make up to the first referral, new directory", "s", first, aims=(SECONDS,)),
        Row("make up to the first referral, second start", "s", second, aims=(SECONDS,)),
        *rows,
    ]


@asynccontextmanager
async def started(directory: Path) -> AsyncIterator[tuple[Platform, float]]:
    """The platform, and after how many seconds its first referral was with the gemeente."""
    begun = perf_counter()
    async with platform(directory, BASE_PORT) as running:
        async with referral.ends(addresses(running)) as both:
            await both.refer(str(uuid4()))
            seconds = perf_counter() - begun
        yield running, seconds


async def _demo(running: Platform) -> None:
    """Play the demonstration, and wait for the gemeente's answer in its first case."""
    at = addresses(running)
    command = [sys.executable, "-m", "deploy.parties.board", "--intake", at.intake, "--issuer", at.issuer]
    demo = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await demo.communicate()
    case = said.decode().split("passend trace ")[1].split()[0]
    token = await running.token("console")
    async with asyncio.timeout(WITHIN):
        while "jgt_referral_accepted" not in {hop["event"] for hop in await running.timeline(case, token)}:  # noqa: ASYNC110 -- over HTTP
            await asyncio.sleep(0.1)


def _memory(pid: int) -> list[Row]:
    parts = {part: size / 1e6 for part, size in memory.pss_by_part(pid).items()}
    each = [Row(f"  {part}", "MB", [size]) for part, size in sorted(parts.items(), key=lambda entry: -entry[1])]
    return [Row("memory of all that make up starts, after a demo", "MB", [sum(parts.values())], aims=(MEGABYTES,)), *each]


def addresses(running: Platform) -> Addresses:
    """Where its chain answers."""
    return Addresses(running.ports.url("intake"), running.ports.url("issuer"), running.ports.kafka)
