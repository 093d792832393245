"""A client of Kafka that has given up is replaced by a new one: nobody has to start the service again."""

import aiokafka
import pytest
from aiokafka.errors import KafkaError
from passend_contracts.events import JGTReferralAccepted

from tests.builders.events import a_support_requested
from tests.component.chassis.conftest import Start
from tests.component.chassis.ledger import IN, OUT
from tests.running import RunningService


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> tuple[set[int], set[int]]:
    """The consumers that are asked for records, and those that have given up, as aiokafka does when its coordination fails."""
    seen, given_up = set[int](), set[int]()
    getmany = aiokafka.AIOKafkaConsumer.getmany

    async def asked(self: aiokafka.AIOKafkaConsumer, *partitions: object, **how: object) -> object:
        if id(self) in given_up:
            raise KafkaError("Unexpected error during coordination AssertionError()")
        if self._group_id:
            seen.add(id(self))
        return await getmany(self, *partitions, **how)

    monkeypatch.setattr(aiokafka.AIOKafkaConsumer, "getmany", asked)
    return seen, given_up


async def test_a_consumer_that_gave_up_is_replaced_and_reads_on(asked: tuple[set[int], set[int]], start: Start) -> None:
    seen, given_up = asked
    async with start() as service:
        first, second = a_support_requested(), a_support_requested()
        await service.deliver(IN, first)
        await service.told(OUT, JGTReferralAccepted)
        given_up |= seen
        await service.deliver(IN, second)
        await _until_both(service, first.id, second.id)
        await service.ready()


async def _until_both(service: RunningService, *ids: str) -> None:
    await service.until(OUT, lambda told: set(ids) <= {event.data.get("referral") for event in told})
