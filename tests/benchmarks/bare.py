"""The alternative to beat: one hop written straight on aiokafka and asyncpg, with the same durable rows and no promise beyond them.

Per batch one transaction: inbox, case locks, referrals, outbox, offsets. Beside it a relay that publishes pipelined and marks. No model
reads the data, nothing is parked, nothing can be held, nothing is numbered, there is no lease and no order after a failure.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.events import JGTReferralAccepted

from tests.benchmarks.load import HEADERS, OUTGOING, TOPIC, Load, partitions_of, plain
from tests.benchmarks.stopwatch import Stopwatch, Took
from tests.builders.events import BOARD, GEMEENTE, SCHOOL_SYSTEM

ROWS = 1_000
POLL_SECONDS = 0.02
GROUP = "bare"
TOLD = catalogue.of(JGTReferralAccepted)

SEE = """INSERT INTO inbox (source, id, "time") SELECT * FROM unnest($1::text[], $2::text[], $3::text[]::timestamptz[])
    ON CONFLICT DO NOTHING RETURNING id"""
LOCK = """INSERT INTO case_lock (subject, sequences) SELECT * FROM unnest($1::text[], $2::text[]::jsonb[])
    ON CONFLICT (subject) DO UPDATE SET sequences = excluded.sequences"""
KEEP = f"""INSERT INTO referral (case_id, wants_referral, wish_held_on,
                                 board, board_urn, school, municipality, age_band, consents, state, open)
    SELECT *, '{BOARD}', '{SCHOOL_SYSTEM}', '90AA00', '{GEMEENTE}', '6-7', '[]', 'none', true
    FROM unnest($1::text[], $2::bool[], $3::text[]::date[])
    ON CONFLICT (case_id) DO UPDATE SET wants_referral = excluded.wants_referral, wish_held_on = excluded.wish_held_on"""
TELL = "INSERT INTO outbox (lane, topic, key, type, body) SELECT 'cases', $1, * FROM unnest($2::text[], $3::text[], $4::bytea[])"
STORE = """INSERT INTO consumer_offset (consumer, topic, partition, log_id, next_offset)
    SELECT 'bare', $1, partition, 'bare', next_offset FROM unnest($2::int[], $3::bigint[]) AS fresh (partition, next_offset)
    ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = excluded.next_offset"""
HEAD = "SELECT n, written_at, topic, key, body FROM outbox WHERE published_at IS NULL AND lane = 'cases' ORDER BY n LIMIT $1"
MARK = "UPDATE outbox SET published_at = clock_timestamp() WHERE n = ANY($1::bigint[]) AND written_at >= $2"


async def run(kafka: str, database_url: str, load: Load) -> Took:
    """Drain the load; it is done when the last row that it caused is marked as published."""
    async with hop(kafka, database_url, whole=load.whole) as bare, asyncio.TaskGroup() as tasks:
        consuming = tasks.create_task(bare.consume())
        await bare.relay(load.events)
        took = bare.watch.read()
        consuming.cancel()
    return took


@asynccontextmanager
async def hop(
    kafka: str, database_url: str, *, whole: bool = False, shared: bool = False, watch: Stopwatch | None = None
) -> AsyncIterator["Hop"]:
    """A hop with its connections; `shared` with other processes of its group, else it reads all partitions."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka,
        group_id=GROUP,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
    )
    if shared:
        consumer.subscribe([TOPIC])
    else:
        consumer.assign(partitions_of(TOPIC))
    async with (
        asyncpg.create_pool(plain(database_url), min_size=2, max_size=2) as pool,
        AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=262_144) as producer,
        consumer,
    ):
        yield Hop(consumer, pool, producer, whole=whole, watch=watch or Stopwatch())


class Hop:
    """Both halves; they end with who runs them."""

    def __init__(
        self, consumer: AIOKafkaConsumer, pool: asyncpg.Pool, producer: AIOKafkaProducer, *, whole: bool, watch: Stopwatch
    ) -> None:
        self.watch = watch
        self._consumer = consumer
        self._pool = pool
        self._producer = producer
        self._whole = whole
        self._written = asyncio.Event()

    async def consume(self) -> None:
        """Take in what comes, until cancelled."""
        while True:
            batches = await self._consumer.getmany(timeout_ms=100, max_records=ROWS)
            records = [record for batch in batches.values() for record in batch]
            if not records:
                continue
            self.watch.start()
            async with self._pool.acquire() as connection, connection.transaction():
                await self._take_effect(connection, records)
            self._written.set()
            await self._consumer.commit({partition: batch[-1].offset + 1 for partition, batch in batches.items()})

    async def _take_effect(self, connection: Any, records: Sequence[ConsumerRecord]) -> None:
        events = [orjson.loads(record.value) for record in records]
        seen = await connection.fetch(SEE, *([event[name] for event in events] for name in ("source", "id", "time")))
        fresh = {row["id"] for row in seen}
        events = [event for event in events if event["id"] in fresh]
        await self._keep(connection, {event["subject"]: event["data"] for event in events})
        keys, types = [event["subject"] for event in events], [TOLD.type] * len(events)
        told = _passed_on if self._whole else _told
        await connection.execute(TELL, OUTGOING, keys, types, [told(event) for event in events])
        after = {record.partition: record.offset + 1 for record in records}
        await connection.execute(STORE, TOPIC, list(after), list(after.values()))

    async def _keep(self, connection: Any, cases: Mapping[str, dict[str, Any]]) -> None:
        await connection.execute(LOCK, list(cases), [orjson.dumps({OUTGOING: 1}).decode()] * len(cases))
        wanted, held_on = [data["youthTeam"] == "refer" for data in cases.values()], [data["heldOn"] for data in cases.values()]
        await connection.execute(KEEP, list(cases), wanted, held_on)

    async def relay(self, until: float) -> None:
        """Publish so many rows, in their order."""
        done = 0
        while done < until:
            self._written.clear()
            rows = await self._pool.fetch(HEAD, ROWS)
            if not rows:
                await self._idle()
                continue
            sent = [await self._producer.send(row["topic"], row["body"], key=row["key"].encode(), headers=HEADERS) for row in rows]
            for acknowledged in sent:
                await acknowledged
            await self._pool.execute(MARK, [row["n"] for row in rows], min(row["written_at"] for row in rows))
            done += len(rows)

    async def _idle(self) -> None:
        """Wait for rows of this process, or look for those of another."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._written.wait()


def _passed_on(event: dict[str, Any]) -> bytes:
    return orjson.dumps({**event, "producer": "bare", "sequence": "000000000001"})


def _told(event: dict[str, Any]) -> bytes:
    """What the hop tells: the same attributes and data as ours, under a derived id."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(uuid5(NAMESPACE_URL, f"bare {event['source']} {event['id']}")),
            "source": event["source"],
            "type": TOLD.type,
            "subject": event["subject"],
            "time": datetime.now(UTC).isoformat(),
            "dataschema": TOLD.dataschema,
            "sequence": "000000000001",
            "producer": "bare",
            "causationid": f"{event['source']}#{event['id']}",
            "datacontenttype": "application/json",
            "data": {"referral": event["id"], "acceptedOn": event["data"]["heldOn"]},
        }
    )
