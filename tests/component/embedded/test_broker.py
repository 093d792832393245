"""The embedded broker: Kafka's protocol as the platform uses it, and a log that never pretends to be an earlier one."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from passend_contracts.catalogue import LOG_ID_TOPIC

from tests.component.embedded.parts import WITHIN, Broker, alive, until
from tests.pairs.embedded import ROOT
from tests.pairs.topics import REGION, catalogue_topics

TOPIC = TopicPartition("school.cases.v1", 3)


@asynccontextmanager
async def reader(broker: Broker, partition: TopicPartition = TOPIC, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker.kafka, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    consumer.assign([partition])
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def write(broker: Broker, values: Iterable[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker.kafka, acks="all", enable_idempotence=True, linger_ms=0) as producer:
        sent = [await producer.send(TOPIC.topic, value, partition=TOPIC.partition) for value in values]
        await asyncio.gather(*sent)


async def read(consumer: AIOKafkaConsumer, count: int) -> list[bytes]:
    async with asyncio.timeout(WITHIN):
        return [(await consumer.getone()).value for _ in range(count)]


async def log_id(broker: Broker) -> bytes:
    async with reader(broker, TopicPartition(LOG_ID_TOPIC, 0)) as consumer:
        return (await read(consumer, 1))[0]


async def test_an_idempotent_producer_writes_and_an_assigned_consumer_reads_in_order(broker: Broker) -> None:
    values = [b"%d" % number for number in range(2_000)]
    await write(broker, values)
    async with reader(broker) as consumer:
        assert await read(consumer, len(values)) == values


async def test_a_log_is_named_in_its_first_record_and_the_next_broker_has_another_log(broker: Broker) -> None:
    first = await log_id(broker)
    assert await log_id(broker) == first
    await broker.replace()
    assert await log_id(broker) != first


async def test_a_group_finds_its_committed_offset_again_and_others_can_look_it_up(broker: Broker) -> None:
    await write(broker, [b"a", b"b", b"c"])
    async with reader(broker, group="passend.test") as consumer:
        await read(consumer, 2)
        await consumer.commit({TOPIC: 2})
    async with reader(broker, group="passend.test") as consumer:
        assert await read(consumer, 1) == [b"c"]
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.kafka)
    await admin.start()
    offsets = await admin.list_consumer_group_offsets("passend.test", partitions=[TOPIC])
    await admin.close()
    assert offsets[TOPIC].offset == 2


async def test_all_topics_are_there_when_the_port_answers(broker: Broker) -> None:
    async with reader(broker) as consumer:
        assert set(await consumer.topics()) == {LOG_ID_TOPIC, *catalogue_topics()}
        assert consumer.partitions_for_topic(TOPIC.topic) == set(range(catalogue_topics()[TOPIC.topic]))


async def test_a_full_partition_lets_its_oldest_records_go(broker: Broker) -> None:
    await write(broker, (bytes(10_000) for _ in range(700)))
    async with reader(broker) as consumer:
        kept = (await consumer.end_offsets([TOPIC]))[TOPIC] - (await consumer.beginning_offsets([TOPIC]))[TOPIC]
    assert 4_500_000 < kept * 10_000 < 5_600_000  # the relay's bounded lead rests on this


async def test_a_port_that_is_taken_is_said(broker: Broker) -> None:
    arguments = ["-m", "deploy.embedded.broker", "--port", str(broker.port), "--region", str(REGION)]
    second = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stderr=PIPE)
    _, complaint = await asyncio.wait_for(second.communicate(), WITHIN)
    assert second.returncode == 1
    assert f"port {broker.port}".encode() in complaint


async def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    arguments = ["-m", "deploy.embedded.broker", "--port", "0", "--region", str(REGION)]
    starts_it = f"import subprocess, sys; p = subprocess.Popen([sys.executable, *{arguments}]); print(p.pid, flush=True); p.wait()"
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", starts_it, cwd=ROOT, stdout=PIPE)
    assert parent.stdout
    async with asyncio.timeout(WITHIN):
        orphan = int(await parent.stdout.readline())
        assert b"broker_ready" in await parent.stdout.readline()
        parent.kill()
        await parent.wait()
    await until(lambda: not alive(orphan))


async def test_it_stops_when_asked(broker: Broker) -> None:
    broker.signal(signal.SIGTERM)
    await until(lambda: not broker.running)
