"""Who tells whom what, on which topic: the catalogue's entries taken apart into steps from one speaker to one listener."""

from collections.abc import Iterator
from dataclasses import dataclass

from passend_contracts import catalogue
from passend_contracts.catalogue import DOORS, EVENTS, SERVICES, TOPICS, EventType, PartyKind, Service

Actor = PartyKind | Service
ACTORS: tuple[Actor, ...] = (*DOORS, *SERVICES)
ANYWHERE = "*"
"""Stands for every topic of who emits it."""


@dataclass(frozen=True, slots=True)
class Route:
    """One event on its way from one speaker to one listener; `<board>` in the topic stands for the party's id."""

    speaker: Actor
    listener: Actor
    topic: str
    event: EventType


def routes() -> tuple[Route, ...]:
    """Every way of every event, in the order of the catalogue; of what goes anywhere only `travels_anywhere` knows."""
    return tuple(route for event in EVENTS for route in _of(event))


def travels_anywhere() -> tuple[EventType, ...]:
    """The events that may stand on every topic that their emitters write."""
    return tuple(event for event in EVENTS if ANYWHERE in event.topics)


def _of(event: EventType) -> Iterator[Route]:
    for kind, door in DOORS.items():
        if kind in event.emitters:
            yield Route(kind, door, catalogue.from_topic(f"<{kind}>", event.lane), event)
    for name in event.topics:
        for speaker in _writers(name, event):
            for listener in _readers(name, event):
                topic = name.replace("<service>", speaker).replace("<party>", f"<{listener}>")
                if _is_there(topic):
                    yield Route(speaker, listener, topic, event)


def _writers(name: str, event: EventType) -> Iterator[Service]:
    """The services that put it there: the topic's only writer, or, where several write, whoever tells it or lets it in."""
    if name in TOPICS:
        yield next(service for service in SERVICES if service == TOPICS[name].writer)
    elif name != ANYWHERE:
        emits_itself = (service for service in SERVICES if service in event.emitters)
        lets_in = (door for kind, door in DOORS.items() if kind in event.emitters)
        yield from (*emits_itself, *lets_in)


def _readers(name: str, event: EventType) -> Iterator[Actor]:
    inside = TOPICS[name].readers if name in TOPICS else ("console",)
    yield from (kind for kind in DOORS if name.startswith((f"to.<{kind}>", "to.<party>")) and kind in event.readers)
    yield from (service for service in inside if service in event.readers)


def _is_there(topic: str) -> bool:
    """Whether there is such a topic: a kind of party has one in the lane of crises only where it may raise one."""
    return ".crises." not in topic or not any(f"<{kind}>" in topic and "crises" not in catalogue.lanes_of(kind) for kind in DOORS)
