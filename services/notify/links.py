"""What somebody may do who follows a link in a message: look, which changes nothing, and then do what it is for, once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from passend_contracts import enclosures
from passend_contracts.enclosures import Contact, Enclosure, Keys, Person, Refused

from services.chassis.calendar import day
from services.chassis.region import CrisisNumber, Region
from services.chassis.runtime import Parts
from services.chassis.transaction import Transaction
from services.notify import store, use_cases
from services.notify.domain.crisis import Crisis
from services.notify.domain.link import Link
from services.notify.store import Known

log = structlog.get_logger()


class NoSuchLink(Exception):
    """Nobody was ever sent this link, or it is so old that it was deleted."""


class OfAnotherCrisis(Exception):
    """The link is good, and for another crisis than its address says."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A link and the crisis that it is of, as it stands."""

    link: Link
    crisis: Crisis


class Links:
    """Follows links on the connections of the lane of crises: who helps waits for no case, also while this crisis is parked."""

    def __init__(self, parts: Parts, region: Region, keys: Keys) -> None:
        self.region = region
        self._keys = keys
        self._parts = parts
        self._engine = parts.engines["crises"]

    @property
    def now(self) -> datetime:
        """The present."""
        return self._parts.clock.now()

    @property
    def today(self) -> date:
        """The calendar day in the Netherlands."""
        return day(self.now)

    async def look(self, crisis_id: str, token: str) -> Followed:
        """What the link is of; changes nothing, so mail scanners may look as often as they like. Raises `NoSuchLink`, `OfAnotherCrisis`."""
        async with self._engine.connect() as connection:
            link = await store.link(connection, token)
            if link is None:
                raise NoSuchLink
            if link.crisis != crisis_id:
                raise OfAnotherCrisis
            crisis = (await store.load(connection, [crisis_id])).get(crisis_id)
        if not isinstance(crisis, Crisis):
            raise NoSuchLink
        return Followed(link, crisis)

    async def follow(self, crisis_id: str, token: str) -> None:
        """Do what the link is for; somebody who was there before stays who it was. Raises as `look`."""
        link = (await self.look(crisis_id, token)).link

        async def do(tx: Transaction[Known]) -> None:
            await use_cases.follow(tx, link)

        await self._parts.commands["crises"].act(crisis_id, do, name="link_followed", cause=link.message)

    def people(self, crisis: Crisis) -> Sequence[Person]:
        """Whom to reach at school or at home, for who has taken it up; none where the school told none that we can open."""
        if crisis.contact is None:
            return ()
        try:
            sealed = Enclosure.from_wire(json.loads(crisis.contact), closed=False)
            content = enclosures.opened(sealed, subject=crisis.id, keys=self._keys)
        except Refused as refused:
            log.warning("contact_not_opened", reason=refused.code)
            return ()
        return content.people if isinstance(content, Contact) else ()

    def numbers(self, municipality: str) -> list[CrisisNumber]:
        """Whom to phone now about a child who lives there."""
        return self.region.numbers(municipality, self.today)

    def school(self, school: str) -> str:
        """The name of a school."""
        found = self.region.school(school, self.today)
        return found.name if found else school

    def municipality(self, municipality: str) -> str:
        """The name of a gemeente; of one outside the region only the code is known."""
        found = self.region.party(municipality)
        return found.name if found else municipality
