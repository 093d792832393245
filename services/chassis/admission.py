"""What comes to a door at the same time is kept by one transaction: many single events cost little more than a batch of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from passend_contracts.envelope import Envelope, Invalid
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database, doors
from services.chassis.clock import Clock
from services.chassis.doors import Receipt
from services.chassis.region import Party

EVENTS = 100
"""In a transaction that several requests share: more of them at once would hold the loop, and so a crisis, for longer than a turn."""

Answers = list[Receipt | Invalid]


@dataclass(eq=False)
class Request:
    """The checked events of one request, and its answer to come."""

    events: Sequence[Envelope | Invalid]
    party: Party
    answer: asyncio.Future[Answers] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Admission:
    """Keeps what is let in, a lane's own.

    Callers may rely on: what is answered is committed; one request's failure is no other's; nobody waits for more than the transaction
    that is running and his own. When nothing else comes, a request has a transaction of its own at once.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._waiting: list[Request] = []
        self._keeping: asyncio.Task[None] | None = None

    async def take_in(self, events: Sequence[Envelope | Invalid], party: Party) -> Answers:
        """Keep these checked events and answer each, once they are committed; raises the database's error."""
        request = Request(events, party)
        self._waiting.append(request)
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())  # of its own: a caller that goes away must not take others' answers along
        return await request.answer

    async def _keep(self) -> None:
        """Keep what waits, and what came meanwhile, until nothing does."""
        try:
            while self._waiting:
                await self._commit(self._next())
        finally:
            self._keeping = None

    def _next(self) -> list[Request]:
        """The first of them, and those after it that fit into the same transaction."""
        together, events = [self._waiting.pop(0)], 0
        while self._waiting and (events := events + len(together[-1].events)) + len(self._waiting[0].events) <= EVENTS:
            together.append(self._waiting.pop(0))
        return together

    async def _commit(self, together: Sequence[Request]) -> None:
        try:
            answers = await self._in_one_transaction(together)
        except Exception as error:  # noqa: BLE001 -- whatever it is, who asked hears it
            if len(together) > 1 and not database.is_transient(error):
                for request in together:  # one of them did it: the others are not to suffer
                    await self._commit([request])
                return
            for request in together:
                _answered(request, error)
        else:
            for request, answer in zip(together, answers, strict=True):
                _answered(request, answer)

    async def _in_one_transaction(self, together: Sequence[Request]) -> list[Answers]:
        sent = [(event, request.party) for request in together for event in request.events]
        async with self._engine.begin() as connection:
            given = iter(await doors.take_in(connection, sent, self._clock.now()))
        return [[next(given) for _ in request.events] for request in together]


def _answered(request: Request, answer: Answers | Exception) -> None:
    if request.answer.done():  # its caller went away
        return
    if isinstance(answer, Exception):
        request.answer.set_exception(answer)
    else:
        request.answer.set_result(answer)
