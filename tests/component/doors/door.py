"""The two doors as parties meet them: who sends what there, and how everybody sees that it took effect."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from passend_contracts import catalogue
from passend_contracts.catalogue import from_topic, to_topic
from passend_contracts.envelope import Envelope
from passend_contracts.events import CaseOpened, JGTReferralAccepted, JGTReferred
from passend_contracts.vocabulary import EventData

from services.chassis.settings import Settings
from services.intake import app as intake
from services.jgt_bridge import app as jgt_bridge
from tests.builders.events import (
    BOARD,
    GEMEENTE,
    GEMEENTE_SYSTEM,
    OTHER_GEMEENTE_SYSTEM,
    OTHER_SCHOOL_SYSTEM,
    SCHOOL_SYSTEM,
    a_consent_given,
    a_parents_consulted,
    a_support_requested,
    an_acceptance,
)
from tests.component.facts import told_about
from tests.contracts.examples import valid_event
from tests.running import RunningService

Effects = Callable[[RunningService, int], Awaitable[list[Envelope]]]


@dataclass(frozen=True)
class Door:
    """A door and a party that comes to it."""

    service: str
    build: Callable[[Settings], FastAPI]
    party: str
    source: str
    other_source: str
    """Of another party of the same kind."""
    other_kind: str
    """A party whose door is the other one."""
    example: Callable[[], Envelope]
    """A new event of the right form."""
    day: str
    """A date in the data of that event, by its name on the wire."""
    not_sealed: tuple[str, str]
    """What is told of something in the open among the enclosures, which a gemeente's events have not."""
    with_effect: Effects
    """So many new events that this running service, once it lets them in, will act upon."""
    effect: tuple[str, type[EventData]]
    """On which topic each of them is answered by what."""
    in_log: str
    """What the service writes in its log on the way to that."""

    @property
    def planned(self) -> dict[str, Any]:
        """An event that such a party may send one day, and that nobody acts on yet."""
        kind = next(kind for kind, service in catalogue.DOORS.items() if service == self.service)
        return valid_event(next(event.stem for event in catalogue.EVENTS if event.planned and event.emitters == (kind,)))

    @property
    def from_topic(self) -> str:
        return from_topic(self.party)

    @property
    def to_topic(self) -> str:
        return to_topic(self.party)

    async def acted_upon(self, service: RunningService, events: list[Envelope]) -> None:
        """Wait until each of these events has had its effect."""
        await told_about(service, *self.effect, {event.subject for event in events})


async def _requests(_intake: RunningService, count: int) -> list[Envelope]:
    return [a_support_requested() for _ in range(count)]


async def _acceptances(bridge: RunningService, count: int) -> list[Envelope]:
    requests = [a_support_requested() for _ in range(count)]
    await asyncio.gather(*(_a_wish_with_consent(bridge, request) for request in requests))
    referrals = await told_about(bridge, to_topic(GEMEENTE), JGTReferred, {request.subject for request in requests})
    return [_acceptance(referral) for referral in referrals]


async def _a_wish_with_consent(bridge: RunningService, request: Envelope) -> None:
    for event in (request, a_parents_consulted(request.subject), a_consent_given(request.subject)):
        await bridge.deliver("school.cases.v1", event)


def _acceptance(referral: Envelope | None = None) -> Envelope:
    return an_acceptance(referral or a_support_requested(), source=GEMEENTE_SYSTEM)


BOARDS = Door(
    service=intake.NAME,
    build=intake.build,
    party=BOARD,
    source=SCHOOL_SYSTEM,
    other_source=OTHER_SCHOOL_SYSTEM,
    other_kind=GEMEENTE,
    example=a_support_requested,
    day="recognisedOn",
    not_sealed=("$.data.enclosures[0]", "wrong-type"),
    with_effect=_requests,
    effect=("guard.cases.v1", CaseOpened),
    in_log="case_opened",
)
GEMEENTEN = Door(
    service=jgt_bridge.NAME,
    build=jgt_bridge.build,
    party=GEMEENTE,
    source=GEMEENTE_SYSTEM,
    other_source=OTHER_GEMEENTE_SYSTEM,
    other_kind=BOARD,
    example=_acceptance,
    day="acceptedOn",
    not_sealed=("$.data.enclosures", "unknown-field"),
    with_effect=_acceptances,
    effect=("jgt.cases.v1", JGTReferralAccepted),
    in_log="jgt_referred",
)
DOORS = (BOARDS, GEMEENTEN)


def of_the_other_kind(door: Door) -> Door:
    return GEMEENTEN if door is BOARDS else BOARDS
