"""A gemeente's own system, on a broker that may go away and come back empty."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from passend_contracts import catalogue
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, decode_kafka, encode
from passend_contracts.events import EventAccepted, JGTReferralAccepted, JGTReferred

from tests.component.embedded.parts import WITHIN, Broker
from tests.pairs.embedded import ROOT
from tests.running import an_event

GEMEENTE = "gm0546"
SOURCE = "urn:nld:oin:00000001900546281000:systeem:jeugd"
BRIDGE = "urn:nld:hr:kvknummer:90041234:systeem:passend-jgt-bridge"


@asynccontextmanager
async def system(broker: Broker) -> AsyncIterator[None]:
    arguments = ["-m", "deploy.parties.gemeente", f"{GEMEENTE}={SOURCE}", "--kafka", broker.kafka, "--after", "0.1"]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdout=DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), WITHIN) == 0


@pytest.fixture
async def gemeente(broker: Broker) -> AsyncIterator[None]:
    async with system(broker):
        yield


def a_referral() -> Envelope:
    data = JGTReferred(
        board="bg41234",
        school="90AA00",
        home_municipality=GEMEENTE,
        team="leiden",
        age_band="6-7",
        consulted_on=date(2026, 11, 9),
        consent=str(uuid4()),
        consented_on=date(2026, 11, 9),
        answer_due=date(2026, 11, 23),
    )
    return an_event(data, source=BRIDGE)


def a_receipt(answer: Envelope) -> Envelope:
    data = EventAccepted(event=answer.id, receipt=str(uuid4()), received_at=datetime.now(UTC), case=f"/v1/zaken/{answer.subject}")
    return an_event(data, source=BRIDGE, subject=answer.subject)


async def address(broker: Broker, *events: Envelope) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker.kafka, acks="all", enable_idempotence=True) as producer:
        for event in events:
            key, headers = event.subject.encode(), list(KAFKA_HEADERS)
            await producer.send_and_wait(catalogue.to_topic(GEMEENTE), encode(event), key=key, headers=headers)


@asynccontextmanager
async def answers(broker: Broker) -> AsyncIterator[AIOKafkaConsumer]:
    topic = catalogue.from_topic(GEMEENTE)
    async with AIOKafkaConsumer(topic, bootstrap_servers=broker.kafka, auto_offset_reset="earliest", fetch_max_wait_ms=50) as consumer:
        yield consumer


async def answer(consumer: AIOKafkaConsumer) -> Envelope:
    record = await asyncio.wait_for(consumer.getone(), WITHIN)
    event = decode_kafka(record.key, record.value, record.headers)
    catalogue.accept(event)
    return event


async def test_a_referral_is_accepted_in_the_gemeente_s_own_name(broker: Broker, gemeente: None) -> None:
    referral = a_referral()
    await address(broker, referral)
    async with answers(broker) as consumer:
        accepted = await answer(consumer)
    assert (accepted.source, accepted.subject, accepted.causationid) == (SOURCE, referral.subject, f"{BRIDGE}#{referral.id}")
    data = catalogue.read(accepted)
    assert isinstance(data, JGTReferralAccepted)
    assert data.referral == referral.id


async def test_it_is_sent_again_unchanged_until_there_is_a_receipt(broker: Broker, gemeente: None) -> None:
    await address(broker, a_referral())
    async with answers(broker) as consumer:
        first, second = await answer(consumer), await answer(consumer)
        assert first == second
        await address(broker, a_receipt(first), other := a_referral())
        assert (await answer(consumer)).subject == other.subject


async def test_a_restarted_system_says_the_same_about_what_was_still_open(broker: Broker) -> None:
    await address(broker, a_referral())
    async with answers(broker) as consumer:
        async with system(broker):
            first = await answer(consumer)
        async with system(broker):
            assert await answer(consumer) == first


async def test_a_new_and_empty_log_is_read_from_its_beginning(broker: Broker, gemeente: None) -> None:
    before = [a_referral() for _ in range(3)]
    await address(broker, *before)
    async with answers(broker) as consumer:
        said = {(await answer(consumer)).id for _ in before}
    await broker.replace()
    await address(broker, *before, new := a_referral())  # as the relay publishes again what it retained
    async with answers(broker) as consumer:
        again = [await answer(consumer) for _ in range(4)]
    assert {event.id for event in again if event.subject != new.subject} == said
    assert new.subject in {event.subject for event in again}
