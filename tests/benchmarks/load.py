"""The events of one round, on the topic before the clock starts: what a consumer finds after an outage."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from random import randbytes
from typing import Self
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from passend_contracts import catalogue
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, encode

from tests.builders.events import a_parents_consulted

EVENTS_PER_CASE = 4
HEADERS = list(KAFKA_HEADERS)
TOPIC, OUTGOING = "school.cases.v1", "jgt.cases.v1"


@dataclass(frozen=True)
class Load:
    """Records of `TOPIC`, keyed by a quarter as many cases, in order per case; a hop puts as many on `OUTGOING`.

    `whole`: a hop hands every event on as it came, in place of telling a small one, so that size counts on both sides of it.
    """

    records: tuple[tuple[bytes, bytes], ...]
    whole: bool = False

    @classmethod
    def of(cls, events: int, payload: int = 0) -> Self:
        """So many of them, all different; with a payload, that many bytes of data in each, which do not compress: as sealed data are."""
        cases = [str(uuid4()) for _ in range(max(1, events // EVENTS_PER_CASE))]
        invented = (_with(a_parents_consulted(cases[n % len(cases)]), payload) for n in range(events))
        return cls(tuple((event.subject.encode(), encode(event)) for event in invented), whole=payload > 0)

    @property
    def events(self) -> int:
        return len(self.records)

    async def publish(self, kafka: str) -> None:
        """Put them on their topic."""
        async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, linger_ms=5) as producer:
            await self.send(producer)

    async def send(self, producer: AIOKafkaProducer) -> None:
        """Put them on their topic with this producer; returns when they are there."""
        sent = [await producer.send(TOPIC, value, key=key, headers=HEADERS) for key, value in self.records]
        for acknowledged in sent:
            await acknowledged

    async def check(self, kafka: str, database_url: str, *, remembered: bool = True) -> None:
        """Raise `AssertionError` unless a hop took every event in and told one for each: a number of anything less says nothing."""
        connection = await asyncpg.connect(plain(database_url))
        try:
            taken = await connection.fetchval("SELECT count(*) FROM inbox") if remembered else self.events
        finally:
            await connection.close()
        told = await records_on(kafka, OUTGOING)
        assert (taken, told) == (self.events, self.events), f"of {self.events} events {taken} were taken in and {told} told"


def _with(event: Envelope, payload: int) -> Envelope:
    missing = payload - len(json.dumps(event.data))
    return replace(event, data={**event.data, "sealed": urlsafe_b64encode(randbytes(missing))[:missing].decode()}) if missing > 0 else event


async def records_on(kafka: str, topic: str) -> int:
    """How many records a topic holds now."""
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
