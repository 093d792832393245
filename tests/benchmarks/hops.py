"""The hops that are compared: each reads the same events and makes the same durable rows, then publishes as many."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.benchmarks import bare
from tests.benchmarks.load import Load
from tests.pairs.pair import Pair


@dataclass(frozen=True)
class Hop:
    """`run` returns the seconds from its first fetch until the last outgoing row is marked as published; its start-up does not count."""

    title: str
    run: Callable[[Pair, Load], Awaitable[float]]


HOPS = {
    "bare": Hop("one hop, bare aiokafka + asyncpg", bare.run),
}
