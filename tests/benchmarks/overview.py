"""The console's overview with 100,000 events in the record: how long the page takes, and what keeping its figures costs the intake.

The events go through Kafka into a console as it runs in production. Beside the page stands the naive alternative: the same figures
counted from the record in SQL at each request.
"""

import asyncio
from collections.abc import Sequence
from statistics import median, quantiles
from time import perf_counter

import asyncpg
import httpx
import psutil
from aiokafka import AIOKafkaProducer
from passend_contracts.envelope import KAFKA_HEADERS, encode
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.auth import Principal
from services.console import sessions
from services.console.app import NAME
from services.console.pages.door import COOKIE
from tests.benchmarks import region_life
from tests.benchmarks.form import Form
from tests.benchmarks.load import plain
from tests.benchmarks.region_life import Told
from tests.benchmarks.served import served
from tests.benchmarks.table import Aim, Row
from tests.builders.events import SWV, TODAY
from tests.pairs.pair import Pair

EVENTS = 100_000
AT_ONCE = 5_000
"""Of the embedded broker's memory a partition holds 5 MB: what is there is read before more is put."""
WITHIN = 600.0


ROUNDS, PER_ROUND = 20, 10
LIMIT = Aim("≤", 300)
"""Milliseconds of the page's p95, on two shared cores."""

COUNTED = """
    WITH last AS (
        SELECT DISTINCT ON (subject) subject, (body->'data'->'nextStep'->>'due')::date AS due, body->'data'->'obligations' AS obligations
        FROM record WHERE type = 'nl.passendonderwijs.next-step-set.v1' ORDER BY subject, n DESC
    ), helped AS (
        SELECT subject, min("time")::date AS helped_on FROM record, jsonb_to_recordset(body->'data'->'obligations') AS owed (kind text)
        WHERE type = 'nl.passendonderwijs.next-step-set.v1' AND owed.kind LIKE 'evaluate_%' GROUP BY subject
    ), opened AS (
        SELECT DISTINCT ON (subject) subject, (body->'data'->>'openedOn')::date AS opened_on FROM record
        WHERE type = 'nl.passendonderwijs.case-opened.v1' ORDER BY subject, n
    ), still_open AS (
        SELECT * FROM opened LEFT JOIN last USING (subject)
        WHERE NOT EXISTS (SELECT FROM record WHERE type = 'nl.passendonderwijs.case-closed.v1' AND record.subject = opened.subject)
    )
    SELECT count(*), count(*) FILTER (WHERE due BETWEEN $1 AND $1 + 6),
           count(*) FILTER (WHERE due < $1), count(*) FILTER (WHERE due IS NULL),
           count(*) FILTER (WHERE obligations @> '[{"owner": "third_party"}]'),
           (SELECT count(*) FROM record WHERE type = 'nl.passendonderwijs.crisis-raised.v1'),
           (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY helped_on - opened_on) FROM helped JOIN opened USING (subject))
    FROM still_open
"""
"""The naive alternative: the figures of the page, counted from the record in one statement."""


async def measured(pair: Pair, form: Form) -> list[Row]:
    """One console, filled once; then the page and the naive alternative by turns."""
    async with pair.for_one_test() as fresh:
        return await _measured(fresh, form.load(EVENTS))


async def _measured(pair: Pair, events: int) -> list[Row]:
    async with served(pair, NAME, f"services.{NAME}") as (process, url), asyncio.timeout(WITHIN):
        database = await asyncpg.connect(plain(pair.database_url(NAME)))
        try:
            cost = await _fill(pair, database, process, region_life.first(events))
            await database.execute("ANALYZE")
            pages, counted = await _by_turns(pair, database, url)
        finally:
            await database.close()
    what, naive = f"overview page with {events:,} events in the record", "counted from the record"
    return [
        Row(f"{what}, p50", "ms", [median(pages)], naive, [median(counted)]),
        Row(f"{what}, p95", "ms", [_p95(pages)], naive, [_p95(counted)], aims=(LIMIT,)),
        Row("processor time of the console per 10,000 events recorded", "s", [cost / events * 10_000]),
    ]


async def _by_turns(pair: Pair, database: asyncpg.Connection, url: str) -> tuple[list[float], list[float]]:
    """Milliseconds of each page that somebody of the samenwerkingsverband got, and of each statement."""
    cookies = {COOKIE: await _session(pair)}
    pages, counted = [], []
    async with httpx.AsyncClient(base_url=url, cookies=cookies, trust_env=False) as client:
        for _ in range(ROUNDS):
            for _ in range(PER_ROUND):
                begun = perf_counter()
                answer = (await client.get("/")).raise_for_status()
                pages.append((perf_counter() - begun) * 1_000)
                assert "Komt de hulp door?" in answer.text, "another page would be measured"
            begun = perf_counter()
            await database.fetchrow(COUNTED, TODAY)
            counted.append((perf_counter() - begun) * 1_000)
    return pages, counted


async def _session(pair: Pair) -> str:
    engine = create_async_engine(pair.database_url(NAME))
    async with engine.begin() as connection:
        key = await sessions.begin(connection, Principal(SWV))
    await engine.dispose()
    return key


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


async def _fill(pair: Pair, database: asyncpg.Connection, process: psutil.Process, told: Sequence[Told]) -> float:
    """Have all of it recorded; returns the console's processor time in seconds."""
    before = process.cpu_times()
    async with AIOKafkaProducer(bootstrap_servers=pair.kafka, acks="all", enable_idempotence=True, linger_ms=5) as producer:
        for start in range(0, len(told), AT_ONCE):
            part = told[start : start + AT_ONCE]
            sent = [
                await producer.send(topic, encode(event), key=event.subject.encode(), headers=list(KAFKA_HEADERS)) for topic, event in part
            ]
            for acknowledged in sent:
                await acknowledged
            while await database.fetchval("SELECT coalesce(max(n), 0) FROM record") < start + len(part):  # noqa: ASYNC110 -- a row wakes nobody
                await asyncio.sleep(0.05)
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system
