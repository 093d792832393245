"""Our clients of Kafka while the broker goes at the worst moment: none waits for ever, and none stays behind."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import aiokafka.client
import pytest
from aiokafka import TopicPartition
from aiokafka.protocol.transaction import InitProducerIdRequest

from services.chassis import kafka
from services.chassis.settings import Settings
from tests.component.embedded.parts import WITHIN, Broker
from tests.pairs.topics import REGION

PARTITION = TopicPartition("school.cases.v1", 0)


@pytest.fixture
def settings(broker: Broker) -> Settings:
    elsewhere = "http://127.0.0.1:1"
    told: dict[str, Any] = {
        "database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
        "kafka": broker.kafka,
        "kafka_embedded": True,
        "jwks_url": f"{elsewhere}/jwks.json",
    }
    return Settings(**told, port=1, region=REGION, issuer=elsewhere)


@pytest.fixture
def fetch_failed() -> Iterator[asyncio.Event]:
    """Set when aiokafka says that a fetch failed."""
    failed, told, log = asyncio.Event(), logging.Handler(), logging.getLogger("aiokafka.consumer.fetcher")
    told.emit = lambda record: failed.set() if "Failed fetch" in record.msg else None  # type: ignore[method-assign]
    log.addHandler(told)
    yield failed
    log.removeHandler(told)


async def test_a_producer_whose_broker_goes_while_it_asks_for_its_number_is_given_up(
    broker: Broker, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = aiokafka.client.AIOKafkaClient.send

    async def too_late(self: aiokafka.client.AIOKafkaClient, node: int, request: object, **how: object) -> object:
        if isinstance(request, InitProducerIdRequest):
            broker.kill()
        return await send(self, node, request, **how)

    monkeypatch.setattr(aiokafka.client.AIOKafkaClient, "send", too_late)
    monkeypatch.setattr(kafka, "START_SECONDS", 2.0)
    async with asyncio.timeout(WITHIN) as bound:
        with pytest.raises(TimeoutError):
            async with kafka.producer(settings):
                pass
    assert not bound.expired()
    assert not broker.running, "else it was given up for another reason"


async def test_a_reader_whose_broker_goes_is_closed_whole_and_cancels_nobody(
    broker: Broker, settings: Settings, fetch_failed: asyncio.Event
) -> None:
    before = asyncio.all_tasks()
    async with asyncio.timeout(WITHIN):
        async with kafka.reading(settings, PARTITION) as consumer:
            consumer.seek(PARTITION, 0)
            await consumer.getmany(timeout_ms=10)
            at_work = asyncio.all_tasks() - before
            broker.kill()
            await fetch_failed.wait()  # from here its fetch waits for its next try
        await asyncio.wait(at_work)
