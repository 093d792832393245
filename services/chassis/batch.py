"""One database transaction for a batch of events: lock the cases, run the handlers in order, write state and outbox together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Generic

from passend_contracts import catalogue
from passend_contracts.envelope import Envelope
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.contextvars import bound_contextvars

from services.chassis import outbox, telemetry
from services.chassis.outbox import Outgoing, Sequences
from services.chassis.service import Service
from services.chassis.transaction import S, Transaction, Work


class Batch(Generic[S]):
    """Makes events take effect inside a transaction that the caller opens and commits.

    The number of statements does not depend on the number of events, as long as handlers ask the database nothing themselves.
    """

    def __init__(self, service: Service[S], connection: AsyncConnection) -> None:
        self._service = service
        self._connection = connection
        self._now = datetime.now(UTC)
        self._sequences: Sequences = {}
        self._states: dict[str, S] = {}
        self._changed: dict[str, S] = {}
        self._pending: list[Outgoing] = []
        self._told: list[Outgoing] = []

    async def run(self, works: Sequence[Work]) -> None:
        """Let these events, all of them new, take effect in their order."""
        if not works:
            return
        cases = sorted({work.event.subject for work in works})
        self._sequences = await outbox.lock_cases(self._connection, cases)
        self._states = await self._service.store.load(self._connection, cases)
        for work in works:
            await self._take_effect(work)
        if self._changed:
            await self._service.store.save(self._connection, self._changed)
        await self._write_pending()

    async def _take_effect(self, work: Work) -> None:
        tx = self._transaction(work)
        handler = self._service.events.handlers.get(type(work.data))
        with bound_contextvars(event_id=work.event.id, event_type=work.event.type, case=work.event.subject):
            if handler:
                await handler(work.data, tx)
        if work.party is not None and not tx.refused:
            self._pending.append(self._republished(work.event))
        self._pending.extend(tx.outgoing)
        if tx.saved and tx.state is not None:
            self._states[tx.case_id] = self._changed[tx.case_id] = tx.state

    def _transaction(self, work: Work) -> Transaction[Any]:
        return Transaction(
            service=self._service,
            event=work.event,
            party=work.party,
            connection=self._connection,
            now=self._now,
            state=self._states.get(work.event.subject),
            write_pending=self._write_pending,
        )

    def _republished(self, event: Envelope) -> Outgoing:
        """The accepted fact under the sender's own id, source, time and type, on the topic that the catalogue names."""
        return Outgoing(replace(event, producer=self._service.name), catalogue.of(event.type).topics[0])

    async def _write_pending(self) -> None:
        await outbox.write(self._connection, self._pending, self._sequences)
        self._told.extend(self._pending)
        self._pending = []

    def count(self, works: Sequence[Work]) -> None:
        """Count what was committed; call it after the commit."""
        name = self._service.name
        for work in works:
            telemetry.EFFECT.labels(name, work.event.type).inc()
            telemetry.END_TO_END.labels(name).observe(max(0.0, (self._now - work.event.time).total_seconds()))
        for row in self._told:
            telemetry.EMITTED.labels(name, row.event.type).inc()
