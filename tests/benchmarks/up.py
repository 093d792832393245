"""What `make up` costs whoever tries it: seconds until the first referral is with the gemeente, and memory after a demonstration."""

import asyncio
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

from tests.benchmarks import memory, referral
from tests.benchmarks.referral import Addresses
from tests.benchmarks.table import Row
from tests.journeys.platform import Platform, platform

BASE_PORT = 23080
SECONDS_LIMIT, MEGABYTES_LIMIT = 15, 1_200
WITHIN = 60.0


async def measured(rounds: int, wanted: Collection[str]) -> list[Row]:
    """Each round starts twice in a directory of its own; memory and single referrals are measured once, on the first start."""
    first, second, rows = [], [], []
    for number in range(rounds if "up" in wanted else 1):
        with TemporaryDirectory(prefix="passend-", ignore_cleanup_errors=True) as directory:
            async with _started(Path(directory)) as (running, seconds):
                first.append(seconds)
                rows += await _on(running, wanted if number == 0 else ())
            async with _started(Path(directory)) as (_, seconds):
                second.append(seconds)
    starts = [
        Row("make up to the first referral, new directory", "s", first, "limit", [SECONDS_LIMIT]),
        Row("make up to the first referral, second start", "s", second, "limit", [SECONDS_LIMIT]),
    ]
    return [*rows, *(starts if "up" in wanted else [])]


@asynccontextmanager
async def _started(directory: Path) -> AsyncIterator[tuple[Platform, float]]:
    begun = perf_counter()
    async with platform(directory, BASE_PORT) as running:
        async with referral.ends(_addresses(running)) as both:
            await both.refer(str(uuid4()))
            seconds = perf_counter() - begun
        yield running, seconds


async def _on(running: Platform, wanted: Collection[str]) -> list[Row]:
    rows = []
    if "memory" in wanted:
        await _demo(running)
        rows += _memory(running.process.pid)
    if "referral" in wanted:
        rows += await referral.measured(_addresses(running))
    return rows


async def _demo(running: Platform) -> None:
    """Play the demonstration, and wait for the gemeente's answer in its first case."""
    addresses = _addresses(running)
    command = [sys.executable, "-m", "deploy.parties.board", "--intake", addresses.intake, "--issuer", addresses.issuer]
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
    return [Row("memory of all that make up starts, after a demo", "MB", [sum(parts.values())], "limit", [MEGABYTES_LIMIT]), *each]


def _addresses(running: Platform) -> Addresses:
    return Addresses(running.ports.url("intake"), running.ports.url("issuer"), running.ports.kafka)
