"""The package's own client on Kafka: a party emits and reads with it, and goes on where it stopped."""

from collections.abc import AsyncIterator

import pytest
from passend_contracts.catalogue import knows, of
from passend_contracts.envelope import Envelope
from passend_contracts.kafka import Exchange

from tests.builders.events import BOARD, a_crisis_raised, a_support_requested
from tests.pairs.pair import Pair
from tests.running import RunningService


async def first(events: AsyncIterator[Envelope], about: str) -> Envelope:
    """The first event that answers that one."""
    return await anext(event async for event in events if event.data.get("event") == about)


async def test_an_event_is_accepted_on_the_partys_own_topic(intake: RunningService, pair: Pair) -> None:
    request, crisis = a_support_requested(), a_crisis_raised()
    async with Exchange(BOARD, pair.kafka) as exchange:
        for event in (request, crisis):
            await exchange.emit(event)
            answer = await first(exchange.subscribe(), event.id)
            assert knows(answer.type)
            assert of(answer.type).stem == "event_accepted"


async def test_what_was_read_is_not_read_again_and_what_was_not_finished_is(intake: RunningService, pair: Pair) -> None:
    one, two = a_support_requested(), a_support_requested()
    async with Exchange(BOARD, pair.kafka) as exchange:
        for event in (one, two):
            await exchange.emit(event)
        reading = exchange.subscribe()
        seen = [await anext(reading), await anext(reading)]
    async with Exchange(BOARD, pair.kafka) as exchange:
        again = await anext(exchange.subscribe())
    assert [event.data["event"] for event in seen] == [one.id, two.id]
    assert again.id == seen[1].id, "whoever stops in the middle of an event gets it again"


async def test_a_record_that_nobody_can_read_stops_nobody(intake: RunningService, pair: Pair) -> None:
    async with Exchange(BOARD, pair.kafka) as exchange:
        await intake.topics.put(f"to.{BOARD}.v1", b"{", key=b"x")
        await exchange.emit(request := a_support_requested())
        assert (await first(exchange.subscribe(), request.id)).subject == request.subject


@pytest.mark.parametrize("party", ["bg41234", "gm0546", "swv2801"])
async def test_every_kind_of_party_has_its_topics(party: str, pair: Pair) -> None:
    async with Exchange(party, pair.kafka):
        pass
