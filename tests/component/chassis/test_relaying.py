"""What holds one relay up must not hold up what others wait for, nor go unsaid."""

import asyncio
from typing import Any, NamedTuple, cast

import pytest
from aiokafka import AIOKafkaProducer

from services.chassis.relay import Sending
from tests.component.chassis.conftest import Start
from tests.component.chassis.ledger import IN
from tests.pairs.pair import Pair


class Waiting(NamedTuple):
    """A row of an outbox, as far as sending goes."""

    topic: str
    key: str = "case"
    headers: None = None


@pytest.mark.real_broker("it makes no topic by itself")
async def test_any_number_of_topics_that_are_not_there_keeps_no_other_from_being_handed_over(pair: Pair) -> None:
    rows: list[Any] = [(Waiting(f"to.bg{number:05}.v1"), b"") for number in range(20)] + [(Waiting(IN), b"")]
    async with AIOKafkaProducer(bootstrap_servers=pair.kafka, acks="all") as producer:
        *away, there = await Sending(producer, asyncio.Event(), cast("Any", None)).begun(rows)
        assert away == [None] * 20
        assert there is not None
        await there


async def test_two_processes_that_are_told_to_be_the_same_one_say_so(start: Start) -> None:
    async with start() as first, start() as second:
        said = [asyncio.create_task(each.until_not_ready("relay", "LeaseLost")) for each in (first, second)]
        done, left = await asyncio.wait(said, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*done)
