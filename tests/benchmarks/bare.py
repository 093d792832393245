"""The alternative to beat: one hop written straight on aiokafka and asyncpg, with the same durable rows and no promise beyond them.

Per batch one transaction: inbox, case rows, outbox rows, offsets. Beside it a relay that publishes pipelined and marks. No model
reads the data, nothing is parked, nothing can be held, there is no lease and no order after a failure.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from services.chassis import tables
from tests.benchmarks.load import Load
from tests.pairs.pair import Pair

ROWS = 1_000
PARTITIONS = 6

SEE = """INSERT INTO inbox (source, id, "time") SELECT * FROM unnest($1::text[], $2::text[], $3::text[]::timestamptz[])
    ON CONFLICT DO NOTHING RETURNING id"""
KEEP = """INSERT INTO case_lock (subject, sequences) SELECT * FROM unnest($1::text[], $2::text[]::jsonb[])
    ON CONFLICT (subject) DO UPDATE SET sequences = excluded.sequences"""
TELL = "INSERT INTO outbox (topic, key, type, body) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bytea[])"
STORE = """INSERT INTO consumer_offset (consumer, topic, partition, log_id, next_offset)
    SELECT 'bare', $1, *  FROM unnest($2::int[], $3::text[], $4::bigint[])
    ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = excluded.next_offset"""
HEAD = "SELECT n, topic, key, body FROM outbox WHERE published_at IS NULL ORDER BY n LIMIT $1"
MARK = "UPDATE outbox SET published_at = clock_timestamp() WHERE n = ANY($1::bigint[])"


async def run(pair: Pair, load: Load) -> float:
    """Seconds for all events of this load."""
    url = pair.database_url("bench").replace("+asyncpg", "")
    consumer = AIOKafkaConsumer(
        bootstrap_servers=pair.kafka,
        group_id="bench",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    consumer.assign([TopicPartition(load.topic, n) for n in range(PARTITIONS)])
    async with asyncpg.create_pool(url, min_size=2, max_size=2) as pool:
        await pool.execute(";".join(tables.VERSION_1))
        async with (
            AIOKafkaProducer(bootstrap_servers=pair.kafka, acks="all", enable_idempotence=True, max_batch_size=262_144) as producer,
            consumer,
            asyncio.TaskGroup() as tasks,
        ):
            start = perf_counter()
            written = asyncio.Event()
            tasks.create_task(_consume(consumer, pool, load, written))
            await _relay(producer, pool, load, written)
            return perf_counter() - start


async def _consume(consumer: AIOKafkaConsumer, pool: asyncpg.Pool, load: Load, written: asyncio.Event) -> None:
    done = 0
    while done < load.events:
        batches = await consumer.getmany(timeout_ms=100, max_records=ROWS)
        records = [record for batch in batches.values() for record in batch]
        if not records:
            continue
        async with pool.acquire() as connection, connection.transaction():
            await _take_effect(connection, load, records)
        done += len(records)
        written.set()
        await consumer.commit({partition: batch[-1].offset + 1 for partition, batch in batches.items()})


async def _take_effect(connection: Any, load: Load, records: Sequence[ConsumerRecord]) -> None:
    events = [orjson.loads(record.value) for record in records]
    fresh = {row["id"] for row in await connection.fetch(SEE, *([event[name] for event in events] for name in ("source", "id", "time")))}
    effects = [_effect(event) for event in events if event["id"] in fresh]
    cases = {effect["subject"]: orjson.dumps({load.outgoing: effect["sequence"]}).decode() for effect in effects}
    await connection.execute(KEEP, list(cases), list(cases.values()))
    keys, types = [effect["subject"] for effect in effects], [effect["type"] for effect in effects]
    await connection.execute(TELL, load.outgoing, keys, types, [orjson.dumps(effect) for effect in effects])
    after = {record.partition: record.offset + 1 for record in records}
    await connection.execute(STORE, load.topic, list(after), ["bench"] * len(after), list(after.values()))


def _effect(event: dict[str, Any]) -> dict[str, Any]:
    """What the hop tells: as many bytes as it read, under a derived id."""
    return {
        **event,
        "id": str(uuid5(NAMESPACE_URL, f"bare {event['source']} {event['id']}")),
        "causationid": f"{event['source']}#{event['id']}",
        "sequence": 1,
    }


async def _relay(producer: AIOKafkaProducer, pool: asyncpg.Pool, load: Load, written: asyncio.Event) -> None:
    done = 0
    while done < load.events:
        rows = await pool.fetch(HEAD, ROWS)
        if not rows:
            written.clear()
            await written.wait()
            continue
        sent = [await producer.send(row["topic"], row["body"], key=row["key"].encode()) for row in rows]
        for acknowledged in sent:
            await acknowledged
        await pool.execute(MARK, [row["n"] for row in rows])
        done += len(rows)
