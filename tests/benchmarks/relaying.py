"""The relay alone: from an outbox that is full to Kafka, each case in order, beside one written straight on aiokafka and asyncpg."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import perf_counter

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer

from services.chassis import database, kafka
from services.chassis.relay import Relay
from services.chassis.runtime import CONNECTIONS
from services.chassis.telemetry import Health
from services.jgt_bridge.app import NAME
from tests.benchmarks import bare, ours
from tests.benchmarks.form import Form
from tests.benchmarks.hop import FEW, PLAIN, prepared
from tests.benchmarks.load import OUTGOING, Load, partitions_of, plain
from tests.benchmarks.table import Aim, Row
from tests.pairs.pair import Pair

ROWS = {"docker": 20_000, "embedded": 8_000}
"""Some 600 bytes each: on the embedded broker a relay would wait for its readers with more."""
AIM = Aim("≥", 10_000)
WITHIN = 120.0

FILL = f"""
    INSERT INTO outbox (lane, topic, key, type, body)
    SELECT 'cases', '{OUTGOING}', * FROM unnest($1::text[], $2::text[], $3::bytea[])
"""
Until = Callable[[int], Awaitable[None]]
"""Returns when so many rows in all are marked as published."""
Publishing = AbstractAsyncContextManager[Until]

WAITING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
TOLD = "SELECT key, body FROM outbox ORDER BY n"


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Events per second, ours and bare by turns."""
    load = Load.of(form.load(ROWS[pair.kind]))
    relays = (_ours, _bare)
    took = [[await _published(pair, relay, load) for relay in relays] for _ in range(form.rounds)]
    mine, others = ([load.events / seconds for seconds in each] for each in zip(*took, strict=True))
    return [Row(f"{load.events:,} rows of an outbox to Kafka, in order", "events/s", mine, PLAIN, others, aims=(AIM,))]


async def _published(pair: Pair, relay: Callable[[Pair, str], Publishing], load: Load) -> float:
    """Seconds from the commit of the rows, met by a relay that is warm, until the last is marked."""
    async with pair.for_one_test() as fresh, asyncio.timeout(WITHIN):
        url = prepared(fresh)
        connection = await asyncpg.connect(plain(url))
        try:
            async with relay(fresh, url) as published:
                await _fill(connection, Load.of(FEW))
                await published(FEW)
                begun = await _fill(connection, load)
                await published(FEW + load.events)
                seconds = perf_counter() - begun
            await _check(connection, fresh.kafka)
        finally:
            await connection.close()
    return seconds


async def _fill(connection: asyncpg.Connection, load: Load) -> float:
    """Write these rows; returns when their commit began."""
    events = [orjson.loads(value) for _, value in load.records]
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(
        FILL, [event["subject"] for event in events], [event["type"] for event in events], [value for _, value in load.records]
    )
    begun = perf_counter()
    await transaction.commit()
    return begun


@asynccontextmanager
async def _ours(pair: Pair, url: str) -> AsyncIterator[Until]:
    engine = database.connect(url, pool=CONNECTIONS)
    watch = kafka.LogWatch(ours.settings(pair.kafka, url, embedded=pair.embedded), Health())
    relay = Relay(NAME, "cases", engine=engine, watch=watch)
    before = ours.published()

    async def until(count: int) -> None:
        relay.wake()
        while ours.published() - before < count:  # noqa: ASYNC110 -- observed from outside, as it runs anywhere
            await asyncio.sleep(ours.LOOK_SECONDS)

    running = asyncio.create_task(relay.run())
    try:
        yield until
    finally:
        running.cancel()
        await asyncio.wait([running])
        await engine.dispose()


@asynccontextmanager
async def _bare(pair: Pair, url: str) -> AsyncIterator[Until]:
    async with bare.hop(pair.kafka, url) as hop:
        done = 0

        async def until(count: int) -> None:
            nonlocal done
            await hop.relay(count - done)
            done = count

        yield until


async def _check(connection: asyncpg.Connection, broker: str) -> None:
    """Raise `AssertionError` unless every row is marked and stands on its topic once, each case in the order of the outbox."""
    assert await connection.fetchval(WAITING) == 0
    expected: dict[str, list[bytes]] = {}
    for row in await connection.fetch(TOLD):
        expected.setdefault(row["key"], []).append(row["body"])
    assert await _read(broker, sum(map(len, expected.values()))) == expected, "what stands on the topic is not what the outbox says"


async def _read(broker: str, count: int) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    async with AIOKafkaConsumer(bootstrap_servers=broker, auto_offset_reset="earliest") as consumer:
        consumer.assign(partitions_of(OUTGOING))
        while count > 0:
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                count -= len(records)
                for record in records:
                    found.setdefault(record.key.decode(), []).append(record.value)
    return found
