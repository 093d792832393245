"""Who tells whom what, on which topic: the catalogue's entries taken apart into steps from one speaker to one listener."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from passend_contracts import catalogue
from passend_contracts.catalogue import DOORS, EVENTS, SERVICES, TOPICS, EventType, Lane, PartyKind, Service

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

    @property
    def lane(self) -> Lane:
        """The lane in which it travels here."""
        return _lane(self.topic)


def by_topic(ways: Iterable[Route]) -> dict[str, list[Route]]:
    """These routes by their topic, those of cases before those of crises."""
    ordered = sorted(ways, key=lambda way: (way.lane, way.topic))
    return {topic: list(on_it) for topic, on_it in groupby(ordered, key=lambda way: way.topic)}


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
            for listener in _readers(name, speaker, event):
                yield Route(speaker, listener, name.replace("<service>", speaker).replace("<party>", f"<{listener}>"), event)


def _writers(name: str, event: EventType) -> Iterator[Service]:
    """The services that put it there: the topic's only writer, or, where several write, whoever tells it or lets it in."""
    if name in TOPICS:
        yield next(service for service in SERVICES if service == TOPICS[name].writer)
    elif name != ANYWHERE:
        emits_itself = (service for service in SERVICES if service in event.emitters)
        lets_in = (door for kind, door in DOORS.items() if kind in event.emitters)
        yield from (*emits_itself, *lets_in)


def _readers(name: str, speaker: Service, event: EventType) -> Iterator[Actor]:
    for kind in DOORS:
        if kind in event.readers and (f"<{kind}>" in name or ("<party>" in name and _answers(speaker, kind, _lane(name)))):
            yield kind
    inside = TOPICS[name].readers if name in TOPICS else ("console",)
    yield from (service for service in inside if service in event.readers)


def _answers(service: Service, kind: PartyKind, lane: Lane) -> bool:
    """Whether what a service says to whoever it concerns goes to that kind of party: a door answers its own, any other whom it hears."""
    if service in DOORS.values():
        return DOORS[kind] == service and lane in catalogue.lanes_of(kind)
    return any(kind in event.emitters and service in event.readers and event.lane == lane for event in EVENTS)


def _lane(topic: str) -> Lane:
    return "crises" if ".crises." in topic else "cases"
