"""Long work in turns: a process has one loop for all its lanes, and a crisis must not wait in it until a batch of cases is through."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Generic, Self, TypeVar

from passend_contracts.catalogue import Lane

SECONDS = 0.002
"""How long a turn lasts; at least one item."""
GIVES_WAY_SECONDS = 0.05
"""How long work of cases stands still for a crisis before its next turn: with crises without end it is slow, and not at its end."""
CRISIS_SECONDS = 0.3
"""How long work of a crisis goes first at most: should it hang, the cases go on."""

T = TypeVar("T")

_crisis_until = 0.0
_lane: ContextVar[Lane] = ContextVar("lane", default="cases")


@contextmanager
def work_of(lane: Lane) -> Iterator[None]:
    """While work of a crisis is within this block, long work of cases in this process stands still at the end of its turn."""
    global _crisis_until  # noqa: PLW0603 -- one loop, one process
    if lane == "cases":
        yield
        return
    before = _lane.set(lane)
    _crisis_until = monotonic() + CRISIS_SECONDS
    try:
        yield
    finally:
        _crisis_until = 0.0
        _lane.reset(before)


class InTurns(Generic[T]):
    """These items, for `async for`: whenever a turn is over, all else that is ready in this process goes first, and a crisis for longer."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self._until = monotonic() + SECONDS

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if monotonic() > self._until:
            await self._rest()
        try:
            return next(self._items)
        except StopIteration:
            raise StopAsyncIteration from None

    async def _rest(self) -> None:
        await asyncio.sleep(0)
        resumes = monotonic() + GIVES_WAY_SECONDS
        while _lane.get() == "cases" and monotonic() < min(resumes, _crisis_until):  # noqa: ASYNC110 -- 50 ms at most
            await asyncio.sleep(0.001)
        self._until = monotonic() + SECONDS
