import asyncio
from time import monotonic

from services.chassis.turns import SECONDS, InTurns


def work() -> None:
    """Keep the processor for longer than a turn."""
    begun = monotonic()
    while monotonic() - begun <= SECONDS:
        pass


async def test_what_is_ready_goes_before_the_next_item_of_long_work() -> None:
    done: list[object] = []

    async def a_crisis() -> None:
        done.append("crisis")

    waiting = asyncio.create_task(a_crisis())
    async for item in InTurns(range(3)):
        work()
        done.append(item)
    await waiting
    assert done == [0, "crisis", 1, 2]
