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
from tests.benchmarks.form import Form
from tests.benchmarks.load import plain
from tests.benchmarks.referral import Board, p99
from tests.benchmarks.table import Aim, Row
from tests.builders.events import BOARD, SCHOOL_SYSTEM, a_crisis_raised, a_support_requested
from tests.pairs.pair import Pair

CRISES, FIRST = 100, 10
"""Those of a round, after some that do not count."""
PAUSE = 0.1
WAITING = 100_000
AIMS = Aim("≤", 1_000), Aim("≤", 2, times=True)
"""Milliseconds, and times what it takes idle."""
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


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Percentiles of crises on an idle platform, and of as many while intake works through what waits; each round on a new one."""
    rounds = [await _round(pair, form) for _ in range(form.rounds)]
    name = f"a crisis, {form.load(WAITING):,} events waiting, accepted to listed"
    idle, busy = ([each[which] for each in rounds] for which in (0, 1))
    accepted, before = ([[took.accepted for took in each] for each in state] for state in (busy, idle))
    sent, sent_before = ([p99([took.sent for took in each]) for each in state] for state in (busy, idle))
    return [
        Row(f"{name}, p50 of {form.load(CRISES)}", "ms", list(map(median, accepted)), "idle", list(map(median, before))),
        Row("  p99", "ms", list(map(p99, accepted)), "idle", list(map(p99, before)), aims=AIMS),
        Row("  p99, sent to listed", "ms", sent, "idle", sent_before),
    ]


async def _round(pair: Pair, form: Form) -> tuple[list[Took], list[Took]]:
    async with (
        pair.for_one_test() as fresh,
        chain(fresh, *SERVICES) as addresses,
        _listed(fresh) as listed,
        httpx.AsyncClient(timeout=WITHIN, trust_env=False) as http,
        _connected(fresh, INTAKE) as intake,
    ):
        board = await Board.of(http, addresses)
        await _raised(board, listed, FIRST)
        idle = await _raised(board, listed, form.load(CRISES))
        await _arrive(intake, form.load(WAITING))
        busy = await _raised(board, listed, form.load(CRISES))
        still = await intake.fetchval(STILL)
    assert still > 0 or form.part < 1, "nothing waited any more at the end: let more arrive"
    return idle, busy


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


async def _arrive(intake: asyncpg.Connection, count: int) -> None:
    """Let so many requests for support be accepted at once."""
    request = a_support_requested(str(uuid4()))
    await intake.execute(ARRIVE, count, encode(request).decode(), request.id, request.subject)


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
