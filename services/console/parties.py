"""Who said or owes something: the id of a party or service from an event's source, and the name people know it by."""

from passend_contracts import catalogue

from services.chassis.region import Region
from services.console.domain.timeline import Hop
from services.console.words import OWNERS, Words

LANES = {"board": "school", "gemeente": "gemeente", "swv": "swv"}
"""In which column of a timeline a kind of party stands; services stand in one of their own name."""


class Parties:
    """The organisations and schools of a region, and the services that speak in their name."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def by(self, source: str, producer: str | None) -> str:
        """Who says what comes from this source: a service when one speaks for the organisation, else the party itself."""
        if ":systeem:passend-" in source and producer:
            return producer
        return next((party.id for party in self._region.parties if party.owns(source)), source)

    def speaker(self, hop: Hop) -> str:
        """Who put this on the topic; of what nobody can read only the topic's writer is known."""
        return self.by(hop.source, hop.producer) if hop.source else catalogue.topic(hop.topic).writer

    def lane(self, speaker: str) -> str:
        """The column of a timeline in which this party or service stands."""
        party = self._region.party(speaker)
        return LANES[party.kind] if party else speaker

    def name(self, owner: str) -> Words:
        """The name of a party or service in both languages; an unknown one keeps its id."""
        if party := self._region.party(owner):
            name = f"Gemeente {party.name}" if party.kind == "gemeente" else party.name
            return Words(name, name)
        return OWNERS.get(owner, Words(owner, owner))

    def school(self, school: str | None) -> str:
        """The name of a school; the newest one it has had."""
        named = [each.name for each in self._region.schools if each.id == school]
        return named[-1] if named else school or "onbekend"
