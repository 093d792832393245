"""Keeps a relay within reach of its readers on the embedded log, which evicts its oldest records unseen."""

from collections import defaultdict, deque
from types import TracebackType
from typing import Self

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import RecordMetadata
from passend_contracts import catalogue

from services.chassis import kafka
from services.chassis.settings import Settings


class Lead:
    """How far this relay is ahead of the slowest platform reader of each partition; on a real log, which keeps weeks, it counts nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ahead: dict[TopicPartition, deque[tuple[int, int]]] = defaultdict(deque)
        self._bytes: dict[TopicPartition, int] = defaultdict(int)
        self._admin: AIOKafkaAdminClient | None = None

    async def __aenter__(self) -> Self:
        if self._settings.kafka_embedded:
            self._admin = AIOKafkaAdminClient(bootstrap_servers=self._settings.kafka)
            await self._admin.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._admin:
            await self._admin.close()

    def wrote(self, record: RecordMetadata, size: int) -> None:
        """Count an acknowledged record of so many bytes."""
        if self._admin:
            partition = TopicPartition(record.topic, record.partition)
            if partition not in self._ahead:  # what a predecessor wrote here is of unknown size: wait until the readers have passed it
                self._count(partition, record.offset - 1, kafka.EMBEDDED_LEAD + 1)
            self._count(partition, record.offset, size)

    def _count(self, partition: TopicPartition, offset: int, size: int) -> None:
        self._ahead[partition].append((offset, size))
        self._bytes[partition] += size

    async def full_topics(self) -> list[str]:
        """The topics that must wait for their readers, whole, so that order holds."""
        far = [partition for partition, size in self._bytes.items() if size > kafka.EMBEDDED_LEAD]
        for partition in far:
            self._forget_before(partition, await self._slowest(partition))
        return sorted({partition.topic for partition in far if self._bytes[partition] > kafka.EMBEDDED_LEAD})

    def _forget_before(self, partition: TopicPartition, offset: int) -> None:
        ahead = self._ahead[partition]
        while ahead and ahead[0][0] < offset:
            self._bytes[partition] -= ahead.popleft()[1]

    async def _slowest(self, partition: TopicPartition) -> int:
        if self._admin is None:
            raise RuntimeError("the lead is counted only while it is entered")
        offsets = []
        topic = catalogue.topic(partition.topic)
        for reader in topic.readers:
            found = await self._admin.list_consumer_group_offsets(
                kafka.group(reader, kafka.READER[topic.lane_for(reader)]), partitions=[partition]
            )
            offsets.append(max(found[partition].offset, 0))
        return min(offsets, default=2**63)
