"""One database transaction for a batch of events: lock the cases, run the handlers in order, write state and outbox together.

What happens when a handler raises stands here: `Part._take`, and `Batch._found` for what no single handler can be blamed for.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic

from passend_contracts import catalogue
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import Envelope
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import dead_letters, deadlines, outbox, parking, telemetry
from services.chassis.database import is_transient
from services.chassis.fuse import Blown, is_too_many
from services.chassis.outbox import Cases, Outgoing
from services.chassis.parking import Aside
from services.chassis.service import Service
from services.chassis.transaction import DeadlinePassed, Rejected, S, Transaction, Work
from services.chassis.turns import InTurns


class Batch(Generic[S]):
    """Makes events take effect inside a transaction that the caller opens and commits.

    An event that fails by a bug is parked with its successors of the same case, and the others take effect; what is transient is
    raised, and so is `Blown`. `failed` are the cases that failed in a row before, and afterwards those that have by then.
    The number of statements does not depend on the number of events, as long as handlers ask the database nothing themselves.
    """

    def __init__(
        self,
        service: Service[S],
        connection: AsyncConnection,
        now: datetime,
        failed: frozenset[str] = frozenset(),
        *,
        lane: Lane = "cases",
    ) -> None:
        self.failed = failed
        self.lane = lane
        self.service = service
        self.connection = connection
        self.now = now
        self.effects: list[Work] = []
        """What took effect, and was neither parked nor set aside."""
        self._told: list[Outgoing] = []

    async def run(self, works: Sequence[Work]) -> None:
        """Let these events, all of them new, take effect in their order; their cases are locked first, before any savepoint."""
        if works:
            cases = await outbox.lock_cases(self.connection, {work.case for work in works}, self.lane)
            await self._through(works, works[-1], cases)

    async def _through(self, works: Sequence[Work], last: Work, cases: Cases | None = None) -> None:
        part = Part(self, last)
        try:
            async with self.connection.begin_nested():
                await part.run(works, cases)
        except Exception as error:
            if isinstance(error, Blown) or is_transient(error):
                raise
            await self._found(works, last, error)
        else:
            self.failed = part.failed
            self.effects += part.effects
            self._told += part.told

    async def _found(self, works: Sequence[Work], last: Work, error: Exception) -> None:
        """Halve what failed as a whole, under a savepoint each time, until the event is found that does not go in."""
        if len(works) > 1:
            middle = len(works) // 2
            await self._through(works[:middle], last)
            await self._through(works[middle:], last)
            return
        part = Part(self, last)
        await part.set_aside(works[0], error)
        self.failed = part.failed
        self._told += part.told

    def count(self) -> None:
        """Count what was committed; call it after the commit."""
        name = self.service.name
        end_to_end = telemetry.END_TO_END.labels(name)
        for work in self.effects:
            end_to_end.observe(max(0.0, (self.now - work.event.time).total_seconds()))
        for kind, count in Counter(work.event.type for work in self.effects).items():
            telemetry.EFFECT.labels(name, kind).inc(count)
        for kind, count in Counter(row.event.type for row in self._told).items():
            telemetry.EMITTED.labels(name, kind).inc(count)


class Part(Generic[S]):
    """Events that go into the database together or not at all.

    What came through the door goes on under its sender's name, unless its handler refused it: no handler publishes a school's fact.
    """

    def __init__(self, batch: Batch[S], last: Work) -> None:
        self.failed = batch.failed
        self.effects: list[Work] = []
        self.told: list[Outgoing] = []
        self._service = batch.service
        self._connection = batch.connection
        self._now = batch.now
        self._last = last
        self._lane = batch.lane
        self._cases = Cases()
        self._states: dict[str, S] = {}
        self._changed: dict[str, S] = {}
        self._waiting: dict[str, S] = {}
        """Those whose timers are to follow: what changed, and what a timer was for, which may be of another release's rule."""
        self._pending: list[Outgoing] = []
        self._aside: list[Aside] = []

    async def run(self, works: Sequence[Work], cases: Cases | None = None) -> None:
        """Let them take effect; raises what cannot be laid at the door of one event. `cases` are their locked cases, when known."""
        subjects = sorted({work.case for work in works})
        self._cases = cases or await outbox.lock_cases(self._connection, subjects, self._lane)
        self._states = await self._service.store.load(self._connection, subjects)
        async for work in InTurns(works):
            await self._take(work)
        if self._changed:
            await self._service.store.save(self._connection, self._changed)
        await deadlines.follow(self._connection, self._service, self._waiting)
        await self._write()

    async def set_aside(self, work: Work, error: Exception) -> None:
        """Park the one event that does not go in, or make it a dead letter."""
        self._cases = await outbox.lock_cases(self._connection, [work.case], self._lane)
        with telemetry.about(work.event, work.case):
            await self._fail(work, error)
        await self._write()

    async def _take(self, work: Work) -> None:
        if work.case in self._cases.parked and not self._acts_at_once(work):
            self._aside.append(Aside(work))
            return
        tx = self._transaction(work)
        handler = self._service.handler(work)
        with telemetry.about(work.event, work.case):
            try:
                if handler:  # there is none for a crisis at the door: it only goes on
                    await handler(work.data, tx)
                    self.failed = frozenset()
            except Exception as error:
                if tx.asked_database or is_transient(error):
                    raise  # what it wrote has to go as well
                await self._fail(work, error)
            else:
                self._keep(tx)

    def _acts_at_once(self, work: Work) -> bool:
        """Whether an event of a parked case does not wait: one that stops something, where there is anything to stop yet."""
        stops, state = self._service.events.also_parked.get(type(work.data)), self._states.get(work.case)
        return stops is not None and state is not None and stops(state)

    def _transaction(self, work: Work) -> Transaction[S]:
        return Transaction(self._service, work, self._now, self._states.get(work.case), self._database)

    async def _fail(self, work: Work, error: Exception) -> None:
        if isinstance(error, Rejected):
            letter = dead_letters.Letter.of(work.event, work.origin, work.party, [error.reason])
            await dead_letters.bury(self._connection, letter, consumer=self._service.name)
            return
        self._aside.append(Aside(work, error))
        self._cases.parked.add(work.case)
        self._pending.append(parking.announced(self._service, work, error, self._now))
        self.failed |= {work.case}
        if is_too_many(self.failed) and work is not self._last:
            raise Blown(work.position + 1)

    def _keep(self, tx: Transaction[S]) -> None:
        if tx.party is not None and not tx.refused:
            self._pending.append(self._republished(tx.event))
        self._pending.extend(tx.outgoing)
        self.effects.append(tx.work)
        if tx.saved and tx.state is not None:
            self._states[tx.case_id] = self._changed[tx.case_id] = tx.state
        if tx.state is not None and (tx.saved or isinstance(tx.work.data, DeadlinePassed)):
            self._waiting[tx.case_id] = tx.state

    def _republished(self, event: Envelope) -> Outgoing:
        """The accepted fact under the sender's own id, source, time and type, on the topic that the catalogue names."""
        return Outgoing(replace(event, producer=self._service.name), catalogue.of(event.type).topic)

    async def _database(self) -> AsyncConnection:
        """The connection, for a handler that has to look at rows: with everything told so far among them."""
        await self._flush()
        return self._connection

    async def _flush(self) -> None:
        await outbox.write(self._connection, self._pending, self._cases)
        self.told += self._pending
        self._pending = []

    async def _write(self) -> None:
        await parking.park(self._connection, self._aside, self._now)
        await self._flush()
