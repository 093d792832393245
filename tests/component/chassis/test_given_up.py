"""A client of Kafka that has given up is replaced by a new one: nobody has to start the service again."""

import asyncio

import aiokafka
import pytest
from aiokafka.errors import KafkaError
from passend_contracts.envelope import Envelope
from passend_contracts.events import JGTReferralAccepted

from services.chassis import consuming
from tests.builders.events import a_support_requested
from tests.component.chassis.conftest import Start
from tests.component.chassis.ledger import IN, OUT
from tests.running import RunningService

Consumers = set[aiokafka.AIOKafkaConsumer]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> tuple[Consumers, Consumers]:
    """The consumers that are asked for records, and those that have given up, as aiokafka does when its coordination fails."""
    seen, given_up = Consumers(), Consumers()
    getmany = aiokafka.AIOKafkaConsumer.getmany

    async def asked(self: aiokafka.AIOKafkaConsumer, *partitions: object, **how: object) -> object:
        if self in given_up:
            raise KafkaError("Unexpected error during coordination AssertionError()")
        if self._group_id:
            seen.add(self)
        return await getmany(self, *partitions, **how)

    monkeypatch.setattr(aiokafka.AIOKafkaConsumer, "getmany", asked)
    return seen, given_up


async def test_a_consumer_that_gave_up_is_replaced_and_reads_on(asked: tuple[Consumers, Consumers], start: Start) -> None:
    seen, given_up = asked
    async with start() as service:
        first, second = a_support_requested(), a_support_requested()
        await service.deliver(IN, first)
        await service.told(OUT, JGTReferralAccepted)
        given_up |= seen
        await service.deliver(IN, second)
        await _until_both(service, first.id, second.id)
        await service.ready()


@pytest.mark.parametrize("how", ["cancelled", "failed"])
async def test_a_consumer_that_fetches_no_more_is_replaced_as_well(how: str, asked: tuple[Consumers, Consumers], start: Start) -> None:
    async with start() as service:
        events = [a_support_requested() for _ in range(4)]
        await _taken(service, events[0])
        for consumer in asked[0]:
            fetcher = consumer._fetcher  # noqa: SLF001 -- nothing else ends it
            if how == "cancelled":
                fetcher.error_future.cancel()
            else:
                fetcher._get_actions_per_node = lambda _: 1 / 0  # noqa: SLF001
        for event in events[1:]:  # the first of them may come by a fetch that was under way
            await _taken(service, event)
        await service.ready()


async def test_a_leader_that_answers_nothing_is_told_of(
    asked: tuple[Consumers, Consumers], start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consuming, "SILENT_SECONDS", 1.0)
    answers = asyncio.Event()

    async def silent(*_request: object) -> bool:
        await answers.wait()
        return False

    async with start() as service:
        await _taken(service, a_support_requested())
        for consumer in asked[0]:
            consumer._fetcher._proc_fetch_request = silent  # noqa: SLF001 -- as a leader does that nothing comes back from
        await service.until_not_ready("consumer main: leaders", "NoAnswer")
        for consumer in asked[0]:
            del consumer._fetcher._proc_fetch_request  # noqa: SLF001
        answers.set()
        await _taken(service, a_support_requested())
        await service.ready()


async def _taken(service: RunningService, event: Envelope) -> None:
    await service.deliver(IN, event)
    await service.until(OUT, lambda told: event.id in {each.data.get("referral") for each in told})


async def _until_both(service: RunningService, *ids: str) -> None:
    await service.until(OUT, lambda told: set(ids) <= {event.data.get("referral") for event in told})
