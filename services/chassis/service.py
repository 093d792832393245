"""What makes a service: its name, its handlers, its store, the door it keeps. Everything else follows from the catalogue and the region."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.region import Party, PartyKind, Region
from services.chassis.transaction import Events, S, Store

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
    record: Recorder | None = None
    """Is given every record read, decodable or not, in the transaction of its batch: only the console keeps the record."""

    @property
    def swv(self) -> str:
        """URN of the samenwerkingsverband, in whose name the platform itself speaks."""
        return self.region.of_kind("swv")[0].urn

    def source_for(self, sender: str) -> str:
        """The `source` of what this service says in the name of that organisation."""
        return f"{sender}:systeem:passend-{self.name.replace('_', '-')}"

    def location(self, case_id: str) -> str:
        """Where a party reads its case."""
        return f"{self.cases_at}/{case_id}"

    @property
    def parties(self) -> tuple[Party, ...]:
        """Those who come to this service's door."""
        return self.region.of_kind(self.door) if self.door else ()

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics this service reads, by the catalogue."""
        addressed = (catalogue.to_topic(party.id) for party in self.region.parties)
        return tuple(name for name in (*catalogue.TOPICS, *addressed) if self.name in catalogue.topic(name).readers)
