"""How long a crisis takes from intake's door to the commit of notify's list for those on call: idle, and with 100,000 events waiting.

It is accepted at the moment that its receipt names, by intake's clock. Its commit is when this process hears a notification that
PostgreSQL sends with it (a trigger of the benchmark's own asks for that), so somewhat later than it was. Both read this machine's clock.
Crises are sent at random moments, never after one another: one that is slow does not keep the next from being so as well.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from time import time
from uuid import uuid4

import asyncpg
import httpx
from passend_contracts.catalogue import SERVICES
from passend_contracts.envelope import encode

from services.intake.app import NAME as INTAKE
from services.notify.app import NAME as NOTIFY
from tests.benchmarks.chain import chain
from tests.benchmarks.load import plain
from tests.benchmarks.referral import Board, p99
from tests.benchmarks.table import Row
from tests.builders.events import BOARD, SCHOOL_SYSTEM, a_crisis_raised, a_support_requested
from tests.pairs.pair import Pair

CRISES, FIRST = 200, 10
"""Those that count, after some that do not."""
PAUSE = 0.1
WAITING = 100_000
LIMIT = 1_000
"""Milliseconds."""
WITHIN = 120.0

SAY = """
    CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('committed', NEW.id); RETURN NULL; END $$;
    CREATE TRIGGER say AFTER INSERT ON crisis FOR EACH ROW EXECUTE FUNCTION say()
"""
ARRIVE = f"""
    INSERT INTO arrival (source, id, lane, party, subject, content_hash, receipt, body)
    SELECT '{SCHOOL_SYSTEM}', id, 'cases', '{BOARD}', subject, sha256(convert_to(id, 'UTF8')), gen_random_uuid(),
           convert_to(replace(replace($2, $3, id), $4, subject), 'UTF8')
    FROM (SELECT gen_random_uuid()::text AS id, gen_random_uuid()::text AS subject FROM generate_series(1, $1)) AS fresh
"""
STILL = "SELECT count(*) FROM arrival WHERE handled_at IS NULL AND lane = 'cases'"


@dataclass(frozen=True)
class Took:
    """Milliseconds until a crisis was on the list: since it was accepted, and since its sender began to send it."""

    accepted: float
    sent: float


class Listed:
    """When notify committed each crisis."""

    def __init__(self) -> None:
        self._at: dict[str, asyncio.Future[float]] = defaultdict(asyncio.get_running_loop().create_future)

    def __call__(self, *heard: str) -> None:
        """What asyncpg calls on a notification; its last argument is the crisis."""
        self._at[heard[-1]].set_result(time())

    async def at(self, crisis: str) -> float:
        """The moment, as soon as it has come."""
        return await self._at[crisis]


async def measured(pair: Pair) -> list[Row]:
    """Percentiles of crises on an idle platform, and of as many while intake works through what waits."""
    async with chain(pair, *SERVICES) as addresses, _listed(pair) as listed, httpx.AsyncClient(timeout=WITHIN, trust_env=False) as http:
        board = await Board.of(http, addresses)
        await _raised(board, listed, FIRST)
        idle = await _raised(board, listed, CRISES)
        async with _connected(pair, INTAKE) as intake:
            await _arrive(intake)
            busy = await _raised(board, listed, CRISES)
            still = await intake.fetchval(STILL)
    assert still > 0, "nothing waited any more at the end: let more arrive"
    name = f"crisis, {WAITING:,} events waiting ({still:,} at the end), accepted to listed"
    accepted, before = [each.accepted for each in busy], [each.accepted for each in idle]
    return [
        Row(f"{name}, p50 of {CRISES}", "ms", accepted, "idle", [median(before)]),
        Row("  p99", "ms", [p99(accepted)], "idle", [p99(before)]),
        Row("  p99", "ms", [p99(accepted)], "limit", [LIMIT]),
        Row("  p99, sent to listed", "ms", [p99([each.sent for each in busy])], "idle", [p99([each.sent for each in idle])]),
    ]


async def _raised(board: Board, listed: Listed, count: int) -> list[Took]:
    async with asyncio.timeout(WITHIN), asyncio.TaskGroup() as raising:
        took = []
        for _ in range(count):
            took.append(raising.create_task(_one(board, listed)))
            await asyncio.sleep(random.uniform(0, 2 * PAUSE))
    return [each.result() for each in took]


async def _one(board: Board, listed: Listed) -> Took:
    crisis = a_crisis_raised()
    sent = time()
    receipt = await board.post(crisis)
    at = await listed.at(crisis.subject)
    return Took((at - datetime.fromisoformat(receipt["receivedAt"]).timestamp()) * 1000, (at - sent) * 1000)


async def _arrive(intake: asyncpg.Connection) -> None:
    """Let so many requests for support be accepted at once."""
    request = a_support_requested(str(uuid4()))
    await intake.execute(ARRIVE, WAITING, encode(request).decode(), request.id, request.subject)


@asynccontextmanager
async def _listed(pair: Pair) -> AsyncIterator[Listed]:
    listed = Listed()
    async with _connected(pair, NOTIFY) as notify:
        await notify.execute(SAY)
        await notify.add_listener("committed", listed)
        yield listed


@asynccontextmanager
async def _connected(pair: Pair, service: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(plain(pair.database_url(service)))
    try:
        yield connection
    finally:
        await connection.close()
