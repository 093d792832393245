"""100,000 referrals whose answer is due at one moment: how long until jgt_bridge has acted on every one and told it.

The clock of the service is simulated and stands an hour before that moment; time runs from setting it until PostgreSQL's own time of
the last mark that a row is published. The rows are put into the service's tables by SQL, as they would be after weeks of referrals.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from passend_contracts import catalogue
from passend_contracts.catalogue import Service, to_topic

from services.chassis import kafka
from services.chassis.calendar import end_of
from services.chassis.clock import SimulatedClock
from services.jgt_bridge.app import NAME
from services.jgt_bridge.domain.referral import ANSWER, State
from services.jgt_bridge.use_cases import STATUS
from tests.benchmarks import one_timer
from tests.benchmarks.chain import chain
from tests.benchmarks.form import Form
from tests.benchmarks.load import partitions_of, plain
from tests.benchmarks.table import Row
from tests.builders.events import BOARD, GEMEENTE, SCHOOL_SYSTEM, TODAY
from tests.pairs.pair import Pair

TIMERS, BY_HAND = 100_000, 2_000
DUE = end_of(TODAY)
TOPICS = (to_topic(GEMEENTE), STATUS)
WITHIN = 600.0

AWAIT_ANSWERS = f"""
    WITH fresh AS (SELECT gen_random_uuid()::text AS id FROM generate_series(1, $1)), referrals AS (
        INSERT INTO referral (case_id, board, board_urn, school, municipality, age_band, consents, wants_referral, wish_held_on,
                              state, referral_id, answer_due, open)
        SELECT id, '{BOARD}', '{SCHOOL_SYSTEM.partition(":systeem:")[0]}', '90AA00', '{GEMEENTE}', '6-7', '[]', true, '{TODAY}',
               '{State.SENT}', gen_random_uuid()::text, '{TODAY}', true FROM fresh
    ), locks AS (
        INSERT INTO case_lock (subject, sequences) SELECT id, '{{"{TOPICS[0]}": 1, "{TOPICS[1]}": 1}}' FROM fresh
    )
    INSERT INTO deadline (subject, kind, due) SELECT id, '{ANSWER}', $2 FROM fresh
"""
DONE = "SELECT NOT EXISTS (SELECT FROM deadline WHERE fired_at IS NULL) AND NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"
LAST = "SELECT extract(epoch FROM max(published_at))::float8 FROM outbox"
TOLD = "SELECT count(*), count(DISTINCT key), count(DISTINCT (key, topic)) FROM outbox"


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Timers per second, once, for so many are their own rounds; beside them those that a loop by hand takes just before."""
    async with pair.for_one_test() as fresh:
        return await _measured(fresh, form.load(TIMERS), form.load(BY_HAND))


async def _measured(pair: Pair, timers: int, by_hand: int) -> list[Row]:
    pair.prepare(NAME)
    database = await asyncpg.connect(plain(pair.database_url(NAME)))
    try:
        await database.execute("SET work_mem = '64MB'")
        await database.execute(AWAIT_ANSWERS, timers + by_hand, DUE)
        await database.execute("ANALYZE")
        one_by_one = await one_timer.run(pair.kafka, database, by_hand, DUE)
        before = await _written(pair.kafka)
        seconds = await _acted_on(pair, database)
        told, written = tuple(await database.fetchrow(TOLD)), await _written(pair.kafka) - before
    finally:
        await database.close()
    expected = timers * len(TOPICS)
    assert (*told, written) == (expected, timers, expected, expected), f"rows, cases, rows of their own, records: {told}, {written}"
    name, beside = f"{timers:,} timers due at once, acted on and told", "SKIP LOCKED, one a transaction"
    return [Row(name, "timers/s", [timers / seconds], beside, [one_by_one]), Row("  until the last is told", "s", [seconds])]


async def _acted_on(pair: Pair, database: asyncpg.Connection) -> float:
    """Let the moment come; returns after how many seconds the last of them was told."""
    with TemporaryDirectory(prefix="passend-") as directory:
        file = Path(directory) / "clock"
        clock = SimulatedClock(file, DUE - timedelta(hours=1))
        async with _nobody_behind(pair), chain(pair, "jgt_bridge", clock=str(file)), asyncio.timeout(WITHIN):
            begun = time()
            clock.set(DUE)
            while not await database.fetchval(DONE):  # noqa: ASYNC110 -- a row in a table wakes nobody
                await asyncio.sleep(0.1)
    return float(await database.fetchval(LAST)) - begun


async def _written(broker: str) -> int:
    """How many records these topics have had, kept or not."""
    async with AIOKafkaConsumer(bootstrap_servers=broker) as consumer:
        return sum((await consumer.end_offsets(_partitions())).values())


def _partitions() -> list[TopicPartition]:
    return [partition for topic in TOPICS for partition in partitions_of(topic)]


@asynccontextmanager
async def _nobody_behind(pair: Pair) -> AsyncIterator[None]:
    """On the embedded broker a relay waits for its readers: here they are always done, for they are not what is measured."""
    if not pair.embedded:
        yield
        return
    readers: set[Service] = {reader for topic in TOPICS for reader in catalogue.topic(topic).readers}
    done = [asyncio.create_task(_always_done(pair.kafka, reader)) for reader in readers]
    try:
        yield
    finally:
        for task in done:
            task.cancel()
        await asyncio.wait(done)


async def _always_done(broker: str, reader: Service) -> None:
    group = kafka.group(reader, kafka.READER["cases"])
    async with AIOKafkaConsumer(bootstrap_servers=broker, group_id=group, enable_auto_commit=False) as consumer:
        consumer.assign(_partitions())
        while True:
            await consumer.commit(await consumer.end_offsets(_partitions()))
            await asyncio.sleep(0.05)
