"""Runs a service as its users meet it, Kafka and PostgreSQL real, so that a component test is five lines."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time_ns
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from fastapi import FastAPI
from passend_contracts import catalogue
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, Invalid, decode_kafka, encode
from passend_contracts.vocabulary import EventData

from services.chassis.settings import Settings

Told = TypeVar("Told", bound=Settings)

PATIENCE = 20.0
"""Seconds after which a fact that was waited for is taken as not coming."""


class Topics:
    """Writes to and reads from Kafka as a party or another service does."""

    def __init__(self, kafka: str) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", linger_ms=0)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=50
        )
        self._read: dict[str, list[ConsumerRecord]] = {}
        self._next: dict[TopicPartition, int] = {}
        self._written_at = 0

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        await self._producer.stop()
        await self._consumer.stop()

    async def put(
        self, topic: str, value: bytes | None, *, key: bytes | None, headers: Iterable[tuple[str, bytes | None]] = KAFKA_HEADERS
    ) -> None:
        """One record, acknowledged."""
        self._written_at = max(self._written_at + 1, time_ns() // 1_000_000)  # no two in one millisecond: a timeline goes by it
        await self._producer.send_and_wait(topic, value, key=key, headers=list(headers), timestamp_ms=self._written_at)

    async def emit(self, topic: str, event: Envelope) -> None:
        """One event under its own key."""
        await self.put(topic, encode(event), key=event.subject.encode())

    async def records(self, topic: str, enough: Callable[[list[ConsumerRecord]], bool]) -> list[ConsumerRecord]:
        """All records of the topic once there are enough; raises `TimeoutError` when they do not come."""
        self._follow(topic)
        known = self._read[topic]
        async with asyncio.timeout(PATIENCE):
            while not enough(known):
                for partition, fresh in (await self._consumer.getmany(timeout_ms=100)).items():
                    self._read[partition.topic].extend(fresh)
                    self._next[partition] = fresh[-1].offset + 1
        return list(known)

    async def events(self, topic: str, count: int) -> list[Envelope]:
        """The first so many readable events of the topic, in order of partition and offset."""
        records = await self.records(topic, lambda known: len(_readable(known)) >= count)
        return _readable(records)[:count]

    def _follow(self, topic: str) -> None:
        if topic in self._read:
            return
        self._read[topic] = []
        self._next |= {TopicPartition(topic, n): 0 for n in range(catalogue.topic(topic).partitions)}
        self._consumer.assign(list(self._next))
        for partition, offset in self._next.items():  # an assignment forgets where all of them were
            self._consumer.seek(partition, offset)


def _readable(records: Iterable[ConsumerRecord]) -> list[Envelope]:
    events = []
    for record in records:
        try:
            events.append(decode_kafka(record.key, record.value, record.headers))
        except Invalid:
            continue
    return events


@dataclass
class RunningService:
    """A service at work: `deliver` an event to it, ask what it `told`, and call its `http` side."""

    app: FastAPI
    name: str
    topics: Topics
    http: httpx.AsyncClient
    sequences: dict[tuple[str, str], int] = field(default_factory=dict)

    async def deliver(self, topic: str, event: Envelope, *, times: int = 1) -> None:
        """Put an event on a topic as its writer would, numbered; `times` for a redelivery of the very same record."""
        number = self.sequences[topic, event.subject] = self.sequences.get((topic, event.subject), 0) + 1
        record = encode(event, event.sequence or f"{number:012d}")
        for _ in range(times):
            await self.topics.put(topic, record, key=event.subject.encode())

    async def told(self, topic: str, *kinds: type[EventData]) -> list[Envelope]:
        """What stands on a topic, in order, once an event of each of these kinds is there."""
        wanted = {catalogue.of(kind).type for kind in kinds}
        return await self.until(topic, lambda events: wanted <= {event.type for event in events})

    async def until(self, topic: str, enough: Callable[[list[Envelope]], bool]) -> list[Envelope]:
        """What stands on a topic, in order, once that is enough; raises `TimeoutError` when it does not come."""
        return _readable(await self.topics.records(topic, lambda known: enough(_readable(known))))

    async def until_not_ready(self, part: str, why: str) -> None:
        """Wait until the service says that this part does not work, and why."""
        async with asyncio.timeout(PATIENCE):
            while (await self.http.get("/health/ready")).json()["reasons"].get(part) != why:  # noqa: ASYNC110 -- asked as a supervisor asks
                await asyncio.sleep(0.02)

    async def ready(self) -> None:
        """Wait until the service says that it works."""
        async with asyncio.timeout(PATIENCE):
            while (await self.http.get("/health/ready")).status_code != httpx.codes.OK:  # noqa: ASYNC110 -- asked as a supervisor asks
                await asyncio.sleep(0.05)


@asynccontextmanager
async def running(name: str, build: Callable[[Told], FastAPI], settings: Told) -> AsyncIterator[RunningService]:
    """The service built with these settings, started, ready, and stopped at the end."""
    app = build(settings)
    topics = Topics(settings.kafka)
    await topics.start()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    try:
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            service = RunningService(app, name, topics, http)
            await service.ready()
            yield service
    finally:
        await topics.stop()


def an_event(data: EventData, *, source: str, subject: str | None = None, **attributes: Any) -> Envelope:
    """An event with this data, new unless attributes say otherwise."""
    kind = catalogue.of(type(data))
    given = {"id": str(uuid4()), "subject": subject or str(uuid4()), "time": datetime.now(UTC)}
    return Envelope(**{**given, **attributes}, source=source, type=kind.type, dataschema=kind.dataschema, data=data.to_wire())
