"""What stands on Kafka's topics, told by a reader that belongs to no service."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, decode_kafka

from deploy.kafka.topics import create
from tests.faults.service import PATIENCE

MAX_MESSAGE_BYTES = 1_048_588
"""Of a batch, where nobody says otherwise."""


async def ends(kafka: str, topics: Iterable[str]) -> dict[TopicPartition, int]:
    """Where the partitions that hold a record end."""
    partitions = [TopicPartition(topic, n) for topic in topics for n in range(catalogue.topic(topic).partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    return {partition: ends[partition] for partition in partitions if ends[partition] > begins[partition]}


async def read(kafka: str, *topics: str) -> list[ConsumerRecord]:
    """All records of these topics as they are now, in order within a partition."""
    last = await ends(kafka, topics)
    found: list[ConsumerRecord] = []
    if not last:
        return found
    async with AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, fetch_max_wait_ms=50) as consumer:
        consumer.assign(list(last))
        await consumer.seek_to_beginning(*last)
        async with asyncio.timeout(PATIENCE):
            while any([await consumer.position(partition) < end for partition, end in last.items()]):
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    found += records
    return found


async def events(kafka: str, *topics: str) -> list[Envelope]:
    """The events that stand on these topics."""
    return [decode_kafka(record.key, record.value, record.headers) for record in await read(kafka, *topics)]


async def commit_ends(kafka: str, group: str, topic: str) -> None:
    """Say in the name of a group that it has read all of a topic."""
    last = await ends(kafka, [topic])
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    consumer.assign(list(last))
    try:
        await consumer.start()
        await consumer.commit(last)
    finally:
        await consumer.stop()


@asynccontextmanager
async def refusing(kafka: str, topic: str, above: int = 1) -> AsyncIterator[None]:
    """Meanwhile this topic takes no batch of more than so many bytes; every other one does."""
    await _bound(kafka, topic, above)
    try:
        yield
    finally:
        await _bound(kafka, topic, MAX_MESSAGE_BYTES)


async def _bound(kafka: str, topic: str, max_bytes: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": str(max_bytes)})])
    finally:
        await admin.close()


async def remove(kafka: str, topic: str) -> None:
    """Delete a topic with all that stands there."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_topics([topic])
    finally:
        await admin.close()


async def make(kafka: str, topic: str) -> None:
    """Make a topic of the catalogue, as soon as the one before is gone."""
    async with asyncio.timeout(PATIENCE):
        while not await create(kafka, {topic: catalogue.topic(topic).partitions}, replicas=1):  # noqa: ASYNC110 -- Kafka wakes nobody when a topic is gone
            await asyncio.sleep(0.05)
