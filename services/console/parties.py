"""Who said, read or owes something: the id of a party or service, and the name people know it by."""

from passend_contracts import catalogue
from passend_contracts.catalogue import Words

from services.chassis.region import Region
from services.chassis.service import OURS
from services.console import words
from services.console.domain.timeline import Hop

ADDRESSED = "to."
"""How the topics begin on which services say something to one party."""


class Parties:
    """The organisations and schools of a region, and the services that speak in their name."""

    def __init__(self, region: Region) -> None:
        self.known = region

    @property
    def region(self) -> str:
        """The name of the samenwerkingsverband."""
        return self.known.of_kind("swv")[0].name

    def by(self, source: str, producer: str | None) -> str:
        """Who says what comes from this source: a service when one speaks for the organisation, else the party itself."""
        if OURS in source and producer:
            return producer
        return next((party.id for party in self.known.parties if party.owns(source)), source)

    def speaker(self, hop: Hop) -> str:
        """Who put this on the topic; of what nobody can read only the topic's writer is known."""
        return self.by(hop.source, hop.producer) if hop.source else catalogue.topic(hop.topic).writer

    def way(self, hop: Hop) -> Words:
        """Who said it, through whose hands it went and who reads it there; the console's own eyes count where no others do."""
        speaker = self.speaker(hop)
        passed = dict.fromkeys([speaker, hop.producer or speaker, *self._readers(hop.topic)])
        return words.joined((words.SERVICES.get(each) or self.name(each) for each in passed), " → ")

    def _readers(self, topic: str) -> list[str]:
        if topic.startswith(ADDRESSED):
            return [topic.split(".")[1]]
        others: list[str] = [reader for reader in catalogue.topic(topic).readers if reader != "console"]
        return others or ["console"]

    def name(self, owner: str) -> Words:
        """The name of a party or of who owes something; an unknown one keeps its id."""
        if owner in words.SERVICES:
            return words.PASSEND
        if owner == "third_party":
            return words.THIRD_PARTY
        party = self.known.party(owner)
        if party is None:
            return words.same(owner)
        return words.same(f"Gemeente {party.name}" if party.kind == "gemeente" else party.name)

    def school(self, school: str | None) -> Words:
        """The name of a school; the newest one it has had."""
        named = [each.name for each in self.known.schools if each.id == school]
        return words.same(named[-1] if named else school) if school else words.NO_SCHOOL
