"""The hop with two processes that share the partitions: what a second replica brings, ours and a bare one.

Both have joined before there is anything to read: the backlog is put there in one transaction of Kafka's and comes into sight as a whole.
Time runs from the first batch that either has in hand until the last mark that a row is published, by PostgreSQL.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
from aiokafka import AIOKafkaProducer
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.embedded.child import module
from deploy.embedded.parent import die_with_parent
from services.chassis import kafka
from services.jgt_bridge.app import NAME
from tests.benchmarks import bare
from tests.benchmarks.form import Form
from tests.benchmarks.hop import BACKLOG, FEW, PLAIN, prepared
from tests.benchmarks.load import Load, plain
from tests.benchmarks.table import Aim, Row
from tests.pairs.pair import Pair

PROCESSES = 2
GROUPS = {"ours": kafka.group(NAME, kafka.READER["cases"]), "bare": bare.GROUP}
WITHIN = 120.0
AIM = Aim("≥", 0.65, times=True)

DONE = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"
LAST = "SELECT extract(epoch FROM max(published_at))::float8 FROM outbox"


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Events per second, ours and bare by turns."""
    load = Load.of(form.load(2 * BACKLOG["docker"]))
    for kind in GROUPS:
        await _drained(pair, kind, Load.of(FEW))
    took = [[await _drained(pair, kind, load) for kind in GROUPS] for _ in range(form.rounds)]
    mine, plain_ones = ([load.events / seconds for seconds in each] for each in zip(*took, strict=True))
    name = f"one hop, {PROCESSES} processes, a backlog of {load.events:,}"
    return [Row(name, "events/s", mine, f"{PLAIN}, {PROCESSES} processes", plain_ones, aims=(AIM,))]


async def _drained(pair: Pair, kind: str, load: Load) -> float:
    """Seconds."""
    async with pair.for_one_test() as fresh, asyncio.timeout(WITHIN):
        url = prepared(fresh)
        async with _replicas(kind, fresh.kafka, url) as replicas:
            await _joined(fresh.kafka, GROUPS[kind])
            await _publish_at_once(fresh.kafka, load)
            last = await _last_told(url, load.events)
            begun = await _first_batch(replicas)
        await load.check(fresh.kafka, url)
    return last - begun


@asynccontextmanager
async def _replicas(kind: str, broker: str, url: str) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    replicas = [
        await asyncio.create_subprocess_exec(
            *module("tests.benchmarks.replica", kind, broker, url, str(number)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=sys.stdout,
            preexec_fn=die_with_parent,
        )
        for number in range(PROCESSES)
    ]
    try:
        yield replicas
    finally:
        await asyncio.gather(*(_ended(replica) for replica in replicas))


async def _ended(replica: asyncio.subprocess.Process) -> None:
    if replica.stdin:
        replica.stdin.close()
    try:
        await asyncio.wait_for(replica.wait(), 15)
    except TimeoutError:
        replica.kill()
        await replica.wait()


async def _joined(broker: str, group: str) -> None:
    """Wait until each of them has partitions."""
    admin = AdminClient({"bootstrap.servers": broker, "log_level": 4})
    while True:
        with suppress(KafkaException):  # a new broker loads its groups first
            described = await asyncio.to_thread(lambda: admin.describe_consumer_groups([group])[group].result(10))
            if sum(bool(member.assignment.topic_partitions) for member in described.members) == PROCESSES:
                return
        await asyncio.sleep(0.1)


async def _publish_at_once(broker: str, load: Load) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker, transactional_id="bench", linger_ms=5) as producer, producer.transaction():
        await load.send(producer)


async def _last_told(url: str, events: int) -> float:
    """The moment of the last mark."""
    database = await asyncpg.connect(plain(url))
    try:
        while await database.fetchval(DONE) < events:  # noqa: ASYNC110 -- a row wakes nobody
            await asyncio.sleep(0.1)
        return float(await database.fetchval(LAST))
    finally:
        await database.close()


async def _first_batch(replicas: list[asyncio.subprocess.Process]) -> float:
    """The moment of the first of them; each must have had a batch, or it was no hop of two processes."""
    said = [await replica.stdout.readline() for replica in replicas if replica.stdout]
    assert all(said), "a process ended; why stands in the benchmark's log"
    return min(map(float, said))
