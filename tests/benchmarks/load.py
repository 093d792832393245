"""The events of one round, on the topic before the clock starts: what a consumer finds after an outage."""

import asyncio
from dataclasses import dataclass
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, encode

from tests.builders.events import a_parents_consulted

EVENTS_PER_CASE = 4


@dataclass(frozen=True)
class Load:
    """So many events of a quarter as many cases, in order per case, on `topic`; a hop puts as many on `outgoing`."""

    events: int
    topic: str = "school.cases.v1"
    outgoing: str = "jgt.cases.v1"

    @classmethod
    async def prepared(cls, kafka: str, events: int) -> "Load":
        """Publish them all."""
        load = cls(events)
        async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, linger_ms=5) as producer:
            cases = [str(uuid4()) for _ in range(max(1, events // EVENTS_PER_CASE))]
            sent = [await _send(producer, load.topic, a_parents_consulted(cases[n % len(cases)])) for n in range(events)]
            for acknowledged in sent:
                await acknowledged
        return load


async def _send(producer: AIOKafkaProducer, topic: str, event: Envelope) -> "asyncio.Future[object]":
    future: asyncio.Future[object] = await producer.send(topic, encode(event), key=event.subject.encode(), headers=list(KAFKA_HEADERS))
    return future
