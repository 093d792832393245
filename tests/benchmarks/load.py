"""The events of one round, on the topic before the clock starts: what a consumer finds after an outage."""

from dataclasses import dataclass
from typing import Self
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from passend_contracts import catalogue
from passend_contracts.envelope import KAFKA_HEADERS, encode

from tests.builders.events import a_parents_consulted

EVENTS_PER_CASE = 4
HEADERS = list(KAFKA_HEADERS)


@dataclass(frozen=True)
class Load:
    """Records of `topic`, keyed by a quarter as many cases, in order per case; a hop puts as many on `outgoing`."""

    records: tuple[tuple[bytes, bytes], ...]
    topic: str = "school.cases.v1"
    outgoing: str = "jgt.cases.v1"

    @classmethod
    def of(cls, events: int) -> Self:
        """So many of them, all different."""
        cases = [str(uuid4()) for _ in range(max(1, events // EVENTS_PER_CASE))]
        invented = (a_parents_consulted(cases[n % len(cases)]) for n in range(events))
        return cls(tuple((event.subject.encode(), encode(event)) for event in invented))

    @property
    def events(self) -> int:
        return len(self.records)

    async def publish(self, kafka: str) -> None:
        """Put them on their topic."""
        async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, linger_ms=5) as producer:
            sent = [await producer.send(self.topic, value, key=key, headers=HEADERS) for key, value in self.records]
            for acknowledged in sent:
                await acknowledged

    async def check(self, kafka: str, database_url: str) -> None:
        """Raise `AssertionError` unless a hop took every event in and told one for each: a number of anything less says nothing."""
        connection = await asyncpg.connect(plain(database_url))
        try:
            taken = await connection.fetchval("SELECT count(*) FROM inbox")
        finally:
            await connection.close()
        told = await _records_on(kafka, self.outgoing)
        assert (taken, told) == (self.events, self.events), f"of {self.events} events {taken} were taken in and {told} told"


async def _records_on(kafka: str, topic: str) -> int:
    partitions = partitions_of(topic)
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        consumer.assign(partitions)
        first, next_one = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    return sum(int(next_one[partition]) - int(first[partition]) for partition in partitions)


def partitions_of(topic: str) -> list[TopicPartition]:
    """All partitions of a topic of the catalogue."""
    return [TopicPartition(topic, n) for n in range(catalogue.topic(topic).partitions)]


def plain(database_url: str) -> str:
    """The address as asyncpg reads it, without SQLAlchemy's driver."""
    return database_url.replace("+asyncpg", "")
