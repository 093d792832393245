"""Long work in turns: a process has one loop for all its lanes, and a crisis must not wait in it until a batch of cases is through."""

import asyncio
from collections.abc import Iterable
from time import monotonic
from typing import Generic, Self, TypeVar

SECONDS = 0.002
"""How long a turn lasts; at least one item."""

T = TypeVar("T")


class InTurns(Generic[T]):
    """These items, for `async for`: whenever a turn is over, all else that is ready in this process goes first."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self._until = monotonic() + SECONDS

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if monotonic() > self._until:
            await asyncio.sleep(0)
            self._until = monotonic() + SECONDS
        try:
            return next(self._items)
        except StopIteration:
            raise StopAsyncIteration from None
