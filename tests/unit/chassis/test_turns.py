"""Long work in turns: what is ready goes before the next of them, and what concerns a crisis until it is through."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from services.chassis.turns import SECONDS, InTurns, work_of


def work() -> None:
    """Keep the processor for longer than a turn."""
    begun = monotonic()
    while monotonic() - begun <= SECONDS:
        pass


async def test_what_is_ready_goes_before_the_next_item_of_long_work() -> None:
    done: list[object] = []

    async def something_else() -> None:
        done.append("else")

    waiting = asyncio.create_task(something_else())
    async for item in InTurns(range(3)):
        work()
        done.append(item)
    await waiting
    assert done == [0, "else", 1, 2]


async def beside(crisis: Callable[[list[object]], Awaitable[None]]) -> list[object]:
    """What was done, in order, of three items of cases and a crisis that comes after the first of them."""
    done: list[object] = []

    async def going_first() -> None:
        with work_of("crises"):
            await crisis(done)

    waiting = asyncio.create_task(going_first())
    async for item in InTurns(range(3)):
        work()
        done.append(item)
    await waiting
    return done


async def test_a_crisis_is_through_before_the_next_item_of_cases() -> None:
    async def of_three_steps(done: list[object]) -> None:
        for step in "abc":
            await asyncio.sleep(0)
            done.append(step)

    assert await beside(of_three_steps) == [0, "a", "b", "c", 1, 2]


async def test_cases_go_on_while_a_crisis_hangs() -> None:
    async def that_hangs(done: list[object]) -> None:
        async with asyncio.timeout(10):
            while 2 not in done:  # noqa: ASYNC110 -- it is told nothing
                await asyncio.sleep(0)
        done.append("at last")

    assert await beside(that_hangs) == [0, 1, 2, "at last"]
