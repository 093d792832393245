"""Who answers what is addressed to them: boards and gemeenten, each with delays, silences and refusals drawn from what they heard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, derived_id
from passend_contracts.events import (
    HandoverAnnounced,
    HandoverReceived,
    JGTReferralAccepted,
    JGTReferralDeclined,
    JGTReferralOverdue,
    JGTReferralRecalled,
    JGTReferred,
    PlaceAccepted,
    PlaceDeclined,
    PlaceOffered,
)
from passend_contracts.vocabulary import EventData

from deploy.simulator.lives import said

ACCEPTS, DECLINES = 0.78, 0.12
"""How often a team or a family says yes or no; the others stay silent."""
ANSWERS_LATE = 0.7
"""How often a team that was silent answers when it is told that it is late."""


@dataclass(frozen=True)
class Answer:
    """What a party will say so many days after it heard something; `about` is what it answers."""

    party: str
    days: float
    about: str
    event: Callable[[datetime], Envelope]


@dataclass(frozen=True)
class Answering:
    """One party's system, and the people behind it; the same event always gets the same answer."""

    party: str
    urn: str

    def hears(self, event: Envelope) -> Iterator[Answer]:
        """What comes of an event on this party's own topic."""
        if not catalogue.knows(event.type):
            return
        data = catalogue.read(event)
        random = Random(f"{self.party} {event.id}")  # noqa: S311 -- a play
        match data:
            case JGTReferred():
                yield from self._of_the_team(event, event.id, random, silent=True)
            case JGTReferralOverdue() if random.random() < ANSWERS_LATE:
                yield from self._of_the_team(event, data.referral, random, silent=False)
            case PlaceOffered():
                yield from self._of_the_family(event, data, random)
            case HandoverAnnounced() if data.to_board == self.party:
                yield self._answer(event, random.uniform(8, 20), event.id, lambda on: HandoverReceived(received_on=on))

    def takes_back(self, event: Envelope) -> str | None:
        """Which referral nobody waits for any more, by an event on this party's topic."""
        if event.type != catalogue.of(JGTReferralRecalled).type:
            return None
        return str(event.data["referral"])

    def _of_the_team(self, event: Envelope, referral: str, random: Random, *, silent: bool) -> Iterator[Answer]:
        chance = random.random()
        if chance < ACCEPTS or not silent:
            yield self._answer(
                event,
                random.uniform(1, 5),
                referral,
                lambda on: JGTReferralAccepted(referral=referral, accepted_on=on, contact_by=on + timedelta(days=5)),
            )
        elif chance < ACCEPTS + DECLINES:
            yield self._answer(
                event,
                random.uniform(1, 5),
                referral,
                lambda on: JGTReferralDeclined(referral=referral, declined_on=on, reason="no_capacity"),
            )

    def _of_the_family(self, event: Envelope, offered: PlaceOffered, random: Random) -> Iterator[Answer]:
        chance, days = random.random(), random.uniform(2, 8)
        if chance < ACCEPTS:

            def accepted(on: date) -> EventData:
                starts_on = max(offered.available_from, on + timedelta(weeks=1))
                return PlaceAccepted(offer=event.id, agreed_on=on, starts_on=starts_on)

            yield self._answer(event, days, event.id, accepted)
        elif chance < ACCEPTS + DECLINES:
            yield self._answer(event, days, event.id, lambda on: PlaceDeclined(offer=event.id, declined_on=on, reason="too_far"))

    def _answer(self, heard: Envelope, days: float, about: str, data: Callable[[date], EventData]) -> Answer:
        source, answer_id = f"{self.urn}:systeem:simulator", derived_id("simulator", self.party, heard.id)
        return Answer(self.party, days, about, lambda now: said(data(now.date()), source, answer_id, heard.subject, now))
