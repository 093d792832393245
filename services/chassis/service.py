"""What makes a service: its name, its handlers, its store, the door it keeps. Everything else follows from the catalogue and the region."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic

from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import Envelope, derived_id
from passend_contracts.vocabulary import EventData
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.region import Party, PartyKind, Region
from services.chassis.sealing import Keyring
from services.chassis.transaction import DeadlinePassed, Events, Handler, Origin, S, Store, Work

OURS = ":systeem:passend-"
"""In the source of whatever a service says in somebody's name: a door lets no party's own system be called so."""

Recorder = Callable[[AsyncConnection, Sequence[ConsumerRecord], str], Awaitable[None]]
"""Gets the connection, the records and the id of the log they were read from."""


@dataclass(frozen=True)
class Service(Generic[S]):
    """One deployable with its own database. `door` names the kind of party whose events it lets in; most services have none."""

    name: str
    region: Region
    events: Events
    store: Store[S]
    migrations: Path
    door: PartyKind | None = None
    cases_at: str = ""
    """Path under which a party reads the cases it sent events about."""
    deadlines: Callable[[S], Mapping[str, datetime]] | None = None
    """The moments that a case waits for, by kind: timers follow the state, so that a date changed or met cancels its timer."""
    deadlines_in: Lane = "cases"
    """The lane whose connections act on them: those of crises wait for nothing else."""
    waits_for: str | None = None
    """SQL that selects the moments (`due`) for which it waits besides, so that a simulation knows of them."""
    keys: Keyring = field(default_factory=Keyring)
    """Its own keys and everybody's public ones; without any it takes no enclosures."""
    record: Recorder | None = None
    """Is given every record read, decodable or not, in the transaction of its batch: only the console keeps the record."""

    @property
    def swv(self) -> str:
        """URN of the samenwerkingsverband, in whose name the platform itself speaks."""
        return self.region.of_kind("swv")[0].urn

    def source_for(self, sender: str) -> str:
        """The `source` of what this service says in the name of that organisation."""
        return f"{sender}{OURS}{self.name.replace('_', '-')}"

    def location(self, case_id: str) -> str:
        """Where a party reads its case."""
        return f"{self.cases_at}/{case_id}"

    @property
    def parties(self) -> tuple[Party, ...]:
        """Those who come to this service's door."""
        return self.region.of_kind(self.door) if self.door else ()

    @property
    def door_lanes(self) -> tuple[Lane, ...]:
        """The lanes in which somebody comes to this service's door."""
        return catalogue.lanes_of(self.door) if self.door else ()

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes in which this service reads anything."""
        return ("cases", "crises") if self.topics("crises") or "crises" in self.door_lanes else ("cases",)

    def writes_in(self, lane: Lane) -> bool:
        """Whether this service tells anything in that lane; every service has dead letters in the one of cases."""
        written = (topic for topic in catalogue.TOPICS.values() if topic.writer == self.name and topic.lane == lane)
        return lane == "cases" or any(written)

    def topics(self, lane: Lane) -> tuple[str, ...]:
        """The topics this service reads in a lane, by the catalogue."""
        addressed = (catalogue.to_topic(party, lane) for party, lane in self.region.lanes())
        own = (catalogue.dlq_topic(service) for service in catalogue.SERVICES)
        names = (*catalogue.TOPICS, *addressed, *own)
        read = (name for name in names if self.name in catalogue.topic(name).readers)
        return tuple(name for name in read if catalogue.topic(name).lane_for(self.name) == lane)

    def work(self, event: Envelope, data: EventData, origin: Origin, *, position: int = 0) -> Work | None:
        """What an event that was read asks of this service, on its subject or the case that it names; None where it names none."""
        of = self.events.case_of.get(type(data))
        case = of(data) if of else event.subject
        return Work(event, data, case, origin, position=position) if case else None

    def handler(self, work: Work) -> Handler | None:
        """The function that makes it take effect. A crisis goes straight on from the door: nothing of ours may hold it up."""
        if work.party and catalogue.of(type(work.data)).lane == "crises":
            return None
        return self.events.handlers.get(type(work.data))

    def says(
        self,
        data: EventData,
        *,
        subject: str,
        now: datetime,
        cause: Envelope | str,
        sender: str | None = None,
        ordinal: int = 0,
    ) -> Envelope:
        """What this service tells in somebody's name (default: the samenwerkingsverband's), with an id that follows from its cause.

        The cause is an event, or text that is the same whenever the same is told again.
        """
        kind = catalogue.of(type(data))
        caused = (cause.source, cause.id) if isinstance(cause, Envelope) else (cause,)
        return Envelope(
            id=derived_id(self.name, *caused, kind.type, str(ordinal)),
            source=self.source_for(sender or self.swv),
            type=kind.type,
            subject=subject,
            time=now,
            dataschema=kind.dataschema,
            data=data.to_wire(),
            producer=self.name,
            causationid=f"{cause.source}#{cause.id}" if isinstance(cause, Envelope) else None,
            traceparent=cause.traceparent if isinstance(cause, Envelope) else None,
        )


def read(event: Envelope) -> EventData:
    """The data of an event that was kept here: of the catalogue, or a deadline of our own."""
    if event.type == DeadlinePassed.TYPE:
        return DeadlinePassed.from_wire(event.data, closed=False)
    return catalogue.read(event)
