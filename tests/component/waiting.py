"""Waiting for a fact that wakes nobody: a row in a table, an answer over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Seen = TypeVar("Seen")


async def until(look: Callable[[], Awaitable[Seen]], enough: Callable[[Seen], bool], seconds: float) -> Seen:
    """What was seen once it is enough; raises `TimeoutError` when it does not come."""
    async with asyncio.timeout(seconds):
        while not enough(seen := await look()):  # noqa: ASYNC110 -- see above
            await asyncio.sleep(0.02)
    return seen
