"""A case's timeline over all services: what happened, in an order in which nothing comes before its cause."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

RECEIPTS = "notify.receipts.v1"
"""Where notify tells of its messages, about crises and cases alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One record of a case: an event on a topic, or what stood there and nobody could read (then it has no `id`)."""

    topic: str
    partition: int
    offset: int
    published_at: datetime
    """When it was put on the topic: the platform's clock, so the time between two hops is the time that passed."""
    recorded_at: datetime
    source: str | None = None
    id: str | None = None
    type: str | None = None
    time: datetime | None = None
    """When its sender logged it, by the sender's clock."""
    sequence: str | None = None
    producer: str | None = None
    cause: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether it is an event."""
        return self.id is not None

    @property
    def number(self) -> int:
        """Its place among what its writer told on this topic under this id; 0 without one."""
        return int(self.sequence) if self.sequence and self.sequence.isascii() and self.sequence.isdigit() else 0

    @property
    def is_of_a_crisis(self) -> bool:
        """Whether it is told of a crisis, under whose id there may be a case as well; not so of what nobody can read outside its lane."""
        return ".crises." in self.topic or (self.topic == RECEIPTS and str(self.data.get("about")).startswith("crisis"))

    @property
    def name(self) -> str:
        """How others name it as their cause."""
        return f"{self.source}#{self.id}"


def in_causal_order(hops: Sequence[Hop]) -> list[Hop]:
    """As published, except that an event always comes after its cause: clocks differ, and topics are read at their own pace."""
    waiting = defaultdict(list)
    ready: list[tuple[datetime, int]] = []
    present = {hop.name for hop in hops if hop.readable}
    for place, hop in enumerate(hops):
        if hop.cause in present and hop.cause != hop.name:
            waiting[hop.cause].append(place)
        else:
            heappush(ready, (hop.published_at, place))
    ordered = []
    while ready:
        _, place = heappop(ready)
        ordered.append(place)
        for next_place in waiting.pop(hops[place].name, []):
            heappush(ready, (hops[next_place].published_at, next_place))
    circular = sorted(place for places in waiting.values() for place in places)  # what names each other as its cause stays in sight
    return [hops[place] for place in (*ordered, *circular)]
