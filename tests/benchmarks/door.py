"""Events a second that intake's door accepts over HTTP, one by one and a hundred at a time, beside a bare FastAPI route with one INSERT.

Door, bare door and client are processes of their own; both doors are served by the same function with the same settings, and asked by
the same client over as many connections. What intake accepts takes effect in the same process meanwhile; the next round waits until it has.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg
import httpx
import psutil
from passend_contracts.envelope import BATCH, STRUCTURED, encode

from deploy.embedded.child import module
from deploy.embedded.parent import die_with_parent
from tests.benchmarks.chain import chain
from tests.benchmarks.form import Form
from tests.benchmarks.load import plain
from tests.benchmarks.referral import token
from tests.benchmarks.served import served
from tests.benchmarks.table import Aim, Row
from tests.builders.events import a_support_requested
from tests.pairs.pair import Pair

SINGLE, BATCHES, IN_A_BATCH = 3_000, 100, 100
CONNECTIONS = 16
WARM = 200
WITHIN = 60.0
AIM, AIM_OF_BATCHES = Aim("≥", 0.6, times=True), Aim("≥", 10, times=True)

ACCEPTED = "SELECT count(*) FROM arrival"
STILL = "SELECT count(*) FROM arrival WHERE handled_at IS NULL"


class Door(NamedTuple):
    """Where it listens, its process, and what it asks of a caller."""

    url: str
    process: psutil.Process
    headers: dict[str, str]

    def used(self) -> float:
        """Seconds of processor time since it started."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


class Round(NamedTuple):
    """Events a second, and microseconds of the processes' time that a single event took: until intake has let it take effect."""

    single: float
    bare: float
    batches: float
    cost: float
    bare_cost: float


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Events per second, each round: single ones at both doors, and batches."""
    async with (
        pair.for_one_test() as fresh,
        chain(fresh, "intake") as addresses,
        served(fresh, "bare", "tests.benchmarks.bare_door") as (bare_process, bare_url),
        httpx.AsyncClient(trust_env=False) as http,
    ):
        door = Door(addresses.intake, _intake(), {"Authorization": f"Bearer {await token(http, addresses)}"})
        bare = Door(bare_url, bare_process, {})
        database = await asyncpg.connect(plain(fresh.database_url("intake")))
        try:
            await _round(database, door, bare, WARM, 1)
            took = [await _round(database, door, bare, form.load(SINGLE), form.load(BATCHES)) for _ in range(form.rounds)]
        finally:
            await database.close()
    single, bare_ones, batches, costs, bare_costs = zip(*took, strict=True)
    beside = "bare FastAPI + asyncpg, one INSERT"
    return [
        Row(f"single events accepted, {CONNECTIONS} connections", "events/s", single, beside, bare_ones, aims=(AIM,)),
        Row("  processor time of its process, effects and all", "µs/event", costs, beside, bare_costs),
        Row(f"events accepted in batches of {IN_A_BATCH}", "events/s", batches, "single ones", single, aims=(AIM_OF_BATCHES,)),
    ]


def _intake() -> psutil.Process:
    return next(child for child in psutil.Process().children(recursive=True) if "services.intake" in child.cmdline())


async def _round(database: asyncpg.Connection, door: Door, bare: Door, single: int, batches: int) -> Round:
    before, used, bare_used = await database.fetchval(ACCEPTED), door.used(), bare.used()
    at_ours = await _sent(door, STRUCTURED, _single(single), "202")
    await _idle(database)
    cost = door.used() - used
    at_bare = await _sent(bare, "application/json", _single(single), "202")
    bare_cost = bare.used() - bare_used
    in_batches = await _sent(door, BATCH, [b"[%s]" % b",".join(_single(IN_A_BATCH)) for _ in range(batches)], "200")
    await _idle(database)
    accepted = await database.fetchval(ACCEPTED) - before
    assert accepted == single + batches * IN_A_BATCH, f"{accepted} were accepted"
    rates = single / at_ours, single / at_bare, batches * IN_A_BATCH / in_batches
    return Round(*rates, cost / single * 1e6, bare_cost / single * 1e6)


def _single(count: int) -> list[bytes]:
    return [encode(a_support_requested()) for _ in range(count)]


async def _sent(door: Door, kind: str, bodies: Sequence[bytes], status: str) -> float:
    """Seconds in which the door accepted all; raises when it did not."""
    with TemporaryDirectory(prefix="passend-") as directory:
        file = Path(directory) / "bodies"
        file.write_bytes(b"\n".join(bodies))
        client = await asyncio.create_subprocess_exec(
            *module("tests.benchmarks.client", str(urlsplit(door.url).port), str(CONNECTIONS), str(file)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            preexec_fn=die_with_parent,
        )
        async with asyncio.timeout(WITHIN):
            said, _ = await client.communicate(json.dumps({**door.headers, "Content-Type": kind}).encode())
    seconds, statuses = json.loads(said)
    assert statuses == {status: len(bodies)}, f"answered with {statuses}"
    return float(seconds)


async def _idle(database: asyncpg.Connection) -> None:
    async with asyncio.timeout(WITHIN):
        while await database.fetchval(STILL):  # noqa: ASYNC110 -- a row wakes nobody
            await asyncio.sleep(0.1)
