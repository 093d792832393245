"""Cases that come in while something breaks: side by side, the events of each in order, the same cases for the same seed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from time import time
from uuid import UUID

from passend_contracts.envelope import Envelope, encode

from tests.builders.events import (
    GEMEENTE,
    OTHER_GEMEENTE,
    a_consent_given,
    a_consent_withdrawn,
    a_crisis_raised,
    a_parents_consulted,
    a_support_request_withdrawn,
    a_support_requested,
)
from tests.faults.service import PATIENCE

LANES = 10
PAUSE_SECONDS = 0.1
"""Between two events of one lane: with all lanes at most 100 events a second, which leaves the machine room for the service."""
AT_LEAST = 200

CANARY = "Kanarie Voorbeeld 900184590"
"""An invented name and number in a field that no contract has: nobody may keep it, tell it, log it or count by it."""

STEP = "next_step_set"
REFERRED, RECALLED = "jgt_referred", "jgt_referral_recalled"
no_wish = partial(a_parents_consulted, youth_team="no")


def feedback_only(case: str, **attributes: object) -> Envelope:
    return a_consent_given(case, "feedback_to_school", **attributes)


@dataclass(frozen=True)
class Life:
    """What happens in a case after the request, and what must come of it: for the youth team, and in the guardian's record."""

    after_the_request: tuple[Callable[..., Envelope], ...]
    team: tuple[str, ...]
    guard: tuple[str, ...]


LIVES = (
    Life((a_parents_consulted, a_consent_given), (REFERRED,), (STEP, STEP)),
    Life((a_consent_given, a_parents_consulted), (REFERRED,), (STEP,)),
    Life((a_parents_consulted, a_consent_given, a_consent_withdrawn), (REFERRED, RECALLED), (STEP, STEP, STEP)),
    Life(
        (a_parents_consulted, a_consent_given, a_consent_withdrawn, a_consent_given),
        (REFERRED, RECALLED, REFERRED),
        (STEP, STEP, STEP, STEP),
    ),
    Life((a_parents_consulted, a_consent_given, a_support_request_withdrawn), (REFERRED, RECALLED), (STEP, STEP, "case_closed")),
    Life((no_wish, a_consent_given), (), (STEP,)),
    Life((a_parents_consulted, feedback_only), (), (STEP,)),
)


CRISIS = Life((), (), ())
"""A crisis: one event, which nothing follows."""


@dataclass(frozen=True)
class Case:
    """A case of the load, with its events in order."""

    id: str
    home: str
    life: Life
    events: tuple[Envelope, ...]


def a_case(random: Random) -> Case:
    case, home, life = _uuid(random), random.choice((GEMEENTE, OTHER_GEMEENTE)), random.choice(LIVES)
    steps: tuple[Callable[..., Envelope], ...] = (partial(a_support_requested, home=home), *life.after_the_request)
    return Case(case, home, life, tuple(step(case, id=_uuid(random)) for step in steps))


def a_crisis(random: Random) -> Case:
    crisis = _uuid(random)
    return Case(crisis, GEMEENTE, CRISIS, (a_crisis_raised(crisis, id=_uuid(random)),))


def _uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def on_the_wire(event: Envelope) -> bytes:
    """The event as a sender that says too much writes it: with the canary as an attribute of its own."""
    return encode(event).replace(b"{", b'{"childname":"' + CANARY.encode() + b'",', 1)


@dataclass
class Load:
    """Sends cases from before a fault until after it; `send` returns when the event was accepted, and not before."""

    seed: int
    send: Callable[[Envelope], Awaitable[None]]
    cases: list[Case] = field(default_factory=list)
    accepted: dict[str, float] = field(default_factory=dict)
    """When each event was accepted, by its id, in seconds since 1970."""
    parked: set[str] = field(default_factory=set)
    """The cases that a test saw wait for an operator."""
    _may_send: asyncio.Event = field(default_factory=asyncio.Event)
    _sending: int = 0

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Send while the body runs, and on until there were enough; a case that was begun is finished."""
        random, enough = Random(self.seed), asyncio.Event()
        self._may_send.set()
        async with asyncio.timeout(None) as bound, asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(self._lane(random, enough))
            yield
            enough.set()
            bound.reschedule(asyncio.get_running_loop().time() + PATIENCE)

    async def _lane(self, random: Random, enough: asyncio.Event) -> None:
        while len(self.accepted) < AT_LEAST or not enough.is_set():
            self.cases.append(case := a_case(random))
            for event in case.events:
                await self._may_send.wait()
                self._sending += 1
                await self.send(event)
                self._sending -= 1
                self.accepted[event.id] = time()
                await asyncio.sleep(PAUSE_SECONDS)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nothing is sent or on its way meanwhile."""
        self._may_send.clear()
        async with asyncio.timeout(PATIENCE):
            while self._sending:  # noqa: ASYNC110 -- lanes, not one thing to be woken by
                await asyncio.sleep(0.01)
        yield
        self._may_send.set()

    def took(self, *cases: Case) -> None:
        """These were accepted just now, outside the lanes."""
        self.cases += cases
        self.accepted |= {event.id: time() for case in cases for event in case.events}

    async def reached(self, count: int) -> None:
        """Wait until so many were accepted."""
        async with asyncio.timeout(PATIENCE):
            while len(self.accepted) < count:  # noqa: ASYNC110 -- lanes, not one thing to be woken by
                await asyncio.sleep(0.01)

    @property
    def count(self) -> int:
        return len(self.accepted)
