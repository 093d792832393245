"""Who sends the load: another service that writes a topic, or a board's system at the door; and what must come of what it sent."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

import httpx
from aiokafka import AIOKafkaProducer
from passend_contracts.catalogue import of, to_topic
from passend_contracts.envelope import BATCH, KAFKA_HEADERS, STRUCTURED, Envelope

from tests.faults.load import CRISIS, Case, on_the_wire
from tests.faults.service import PATIENCE

SCHOOL, CRISES, GUARD, STATUS = "school.cases.v1", "school.crises.v1", "guard.cases.v1", "jgt.cases.v1"


class Sender(Protocol):
    """Sends events to one service, and knows what the service must tell about a case."""

    topics: Sequence[str]
    """Where it writes, if to topics."""

    async def send(self, event: Envelope) -> None:
        """Return when the event is accepted."""
        ...

    def due(self, case: Case) -> Mapping[str, Sequence[str]]:
        """The events, by their stems and in order, that must stand on each topic once the case is over."""
        ...


@dataclass
class Intake:
    """Plays intake for jgt_bridge: puts the school's facts on their topic, numbered."""

    producer: AIOKafkaProducer
    topics: Sequence[str] = (SCHOOL,)
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    times: int = 1
    """How often it puts each record there: a relay that was killed repeats."""

    @classmethod
    @asynccontextmanager
    async def at(cls, kafka: str) -> AsyncIterator[Self]:
        """Connected to that broker."""
        async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True) as producer:
            yield cls(producer)

    async def send(self, event: Envelope, *, timestamp_ms: int | None = None) -> None:
        body = self.numbered(event)
        for _ in range(self.times):
            await self.put(body, event.subject, timestamp_ms=timestamp_ms)

    def numbered(self, event: Envelope) -> bytes:
        """The event as it stands on the topic, with the next number of its case."""
        self.numbers[event.subject] += 1
        return on_the_wire(replace(event, sequence=f"{self.numbers[event.subject]:012d}", producer="intake"))

    async def put(self, body: bytes, key: str, *, timestamp_ms: int | None = None) -> None:
        """Put these bytes on the topic, whatever they are."""
        await self.producer.send_and_wait(SCHOOL, body, key=key.encode(), headers=list(KAFKA_HEADERS), timestamp_ms=timestamp_ms)

    def due(self, case: Case) -> Mapping[str, Sequence[str]]:
        return {to_topic(case.home): case.life.team, STATUS: case.life.team}


@dataclass
class Board:
    """Plays a board's system at intake's door: sends each event until it has its receipt, as a party must."""

    http: httpx.AsyncClient
    token: str
    renew: Callable[[], Awaitable[str]] | None = None
    """How it gets another token, where a test lasts longer than one."""
    topics: Sequence[str] = ()
    more_doors: list[httpx.AsyncClient] = field(default_factory=list)
    """Those of other replicas; doors take turns, so that what one did not take goes to the next."""
    answers: Counter[int] = field(default_factory=Counter)
    """How often the door gave each status; 0 stands for no answer."""

    async def send(self, event: Envelope) -> None:
        while not httpx.codes.is_success(status := await self.post(on_the_wire(event))):
            if status == httpx.codes.UNAUTHORIZED and self.renew:
                self.token = await self.renew()  # after a quarter of an hour it is over
            await asyncio.sleep(0.2)

    async def send_at_once(self, events: Sequence[Envelope]) -> None:
        """Send them as one batch; each must be accepted."""
        body = b"[" + b",".join(map(on_the_wire, events)) + b"]"
        answer = await self.http.post("/v1/gebeurtenissen", content=body, headers=self._headers(BATCH), timeout=60)
        assert {each["status"] for each in answer.json()} == {202}

    async def answered(self, status: int, times: int = 1) -> None:
        """Wait until the door gave this so often."""
        async with asyncio.timeout(PATIENCE):
            while self.answers[status] < times:  # noqa: ASYNC110 -- whoever sends when it does
                await asyncio.sleep(0.01)

    async def post(self, body: bytes) -> int:
        """Send it once; returns the status."""
        doors = (self.http, *self.more_doors)
        door = doors[self.answers.total() % len(doors)]
        try:
            status = (await door.post("/v1/gebeurtenissen", content=body, headers=self._headers(STRUCTURED))).status_code
        except httpx.TransportError:
            status = 0
        self.answers[status] += 1
        return status

    def _headers(self, content: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": content}

    def due(self, case: Case) -> Mapping[str, Sequence[str]]:
        if case.life is CRISIS:
            return {CRISES: ["crisis_raised"]}
        facts = [of(event.type).stem for event in case.events]
        return {SCHOOL: facts, GUARD: ("case_opened", "next_step_set", *case.life.guard)}
