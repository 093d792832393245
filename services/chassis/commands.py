"""What a person decides through a service's API or page: all of it takes effect in the transaction that answers, or nothing does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Generic

import structlog
from fastapi.responses import JSONResponse
from passend_contracts.envelope import Envelope, Invalid, Problem, derived_id
from passend_contracts.vocabulary import EventData
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import deadlines, http, outbox, telemetry
from services.chassis.clock import Clock
from services.chassis.region import Party
from services.chassis.service import Service
from services.chassis.transaction import Origin, S, Transaction, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Command:
    """Somebody's decision about a case: `id` is the same however often it is sent (the header `Idempotency-Key`)."""

    id: str
    name: str
    case: str
    party: Party
    content: Any
    """What was decided, as JSON: the same key with other content is another decision, and is not taken."""


@dataclass(frozen=True, slots=True)
class Done:
    """It took effect: now, or when the same command was sent before (`repeated`)."""

    repeated: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """It has no effect: which rule forbids it, the law or policy behind that, and what is possible instead."""

    rule: str
    ground: str
    possible: str


PARKED = Refusal(
    rule="case_parked",
    ground="This case waits for an operator, who is to release it within an hour",
    possible="Send it again once the case goes on; nothing was changed.",
)


@dataclass(slots=True)
class Deciding(Transaction[S]):
    """A command's transaction. Whom a rule refuses waits for the answer, so that no event is needed to tell it."""

    refusal: Refusal | None = None

    def refuse(self, *, rule: str, ground: str, possible: str) -> None:
        """Answer that a rule forbids it; nothing that was saved or published counts then."""
        self.refusal = Refusal(rule, ground, possible)


TAKE = text("""
    INSERT INTO arrival (source, id, party, subject, content_hash, receipt, received_at, handled_at)
    VALUES (:source, :id, :party, :subject, :content, :receipt, :now, :now) ON CONFLICT DO NOTHING RETURNING id
""")
TAKEN = text("SELECT content_hash FROM arrival WHERE source = :source AND id = :id")
OTHER_CONTENT = Problem("Idempotency-Key", "id-reused", "this key was used for something else; another decision needs a key of its own")


class Commands(Generic[S]):
    """Lets decisions take effect, each once, on a case that is locked as the consumer locks it.

    Callers may rely on: what is answered with `Done` is committed, its events with it; a `Refusal` or an exception has changed nothing,
    so the same command may be sent again. Idempotent by insert, under the command's own id.
    """

    def __init__(self, service: Service[S], *, engine: AsyncEngine, clock: Clock, wake_relays: Callable[[], None]) -> None:
        self._service = service
        self._engine = engine
        self._clock = clock
        self._wake_relays = wake_relays

    async def run(self, command: Command, decide: Callable[[Transaction[S]], Awaitable[None]]) -> Done | Refusal:
        """Take the decision; raises `Invalid` when its id was used for another."""
        async with self._engine.connect() as connection, connection.begin() as transaction:
            now = self._clock.now()
            if not await self._is_new(connection, command, now):
                return Done(repeated=True)
            tx, cases = await self._begin(connection, self._cause(command.id, command.name, command.case, command.party.urn, now))
            if command.case in cases.parked:
                tx.refusal = PARKED
            else:
                with telemetry.about(tx.event, tx.case_id):
                    await decide(tx)
            if tx.refusal:
                await transaction.rollback()
                log.info("command_refused", command=command.name, rule=tx.refusal.rule, case=command.case)
                return tx.refusal
            await self._write(connection, tx, cases)
        self._committed(tx)
        return Done(repeated=False)

    async def act(self, case: str, do: Callable[[Transaction[S]], Awaitable[None]], *, name: str, cause: str) -> None:
        """Let something happen to a case, also while it is parked: somebody's click, an answer from outside.

        The same `cause` leads to the same events. Whether it happened before is for `do` to see in the state, which nobody else changes
        meanwhile.
        """
        async with self._engine.begin() as connection:
            event_id = derived_id(self._service.name, case, name, cause)
            happened = self._cause(event_id, name, case, self._service.swv, self._clock.now())
            tx, cases = await self._begin(connection, happened)
            with telemetry.about(happened, case):
                await do(tx)
            await self._write(connection, tx, cases)
        self._committed(tx)

    async def _is_new(self, connection: AsyncConnection, command: Command, now: datetime) -> bool:
        """Whether nobody sent it before; who sends it at the same time waits here for the first."""
        source = self._service.source_for(command.party.urn)
        content = sha256(to_json([command.name, command.case, command.content])).digest()
        said = {"source": source, "id": command.id, "party": command.party.id, "subject": command.case, "content": content}
        receipt = derived_id("receipt", source, command.id)
        if (await connection.execute(TAKE, {**said, "receipt": receipt, "now": now})).first():
            return True
        before = (await connection.execute(TAKEN, {"source": source, "id": command.id})).one()
        if bytes(before.content_hash) != content:
            raise Invalid([OTHER_CONTENT])
        return False

    def _cause(self, event_id: str, name: str, case: str, sender: str, now: datetime) -> Envelope:
        """What happened as an event, from which the ids of what is told of it follow; it is written nowhere."""
        wire_type = f"nl.passendonderwijs.{name.replace('_', '-')}.v1"
        return Envelope(id=event_id, source=self._service.source_for(sender), type=wire_type, subject=case, time=now)

    async def _begin(self, connection: AsyncConnection, cause: Envelope) -> tuple[Deciding[S], outbox.Cases]:
        case = cause.subject
        cases = await outbox.lock_cases(connection, [case])
        states = await self._service.store.load(connection, [case])
        work = Work(cause, EventData(), case, Origin("", "arrival", 0, 0))

        async def database() -> AsyncConnection:
            return connection

        return Deciding(self._service, work, cause.time, states.get(case), database), cases

    async def _write(self, connection: AsyncConnection, tx: Deciding[S], cases: outbox.Cases) -> None:
        if tx.saved and tx.state is not None:
            changed = {tx.case_id: tx.state}
            await self._service.store.save(connection, changed)
            await deadlines.follow(connection, self._service, changed)
        await outbox.write(connection, tx.outgoing, cases)

    def _committed(self, tx: Deciding[Any]) -> None:
        for row in tx.outgoing:
            telemetry.EMITTED.labels(self._service.name, row.event.type).inc()
        self._wake_relays()


def refused(refusal: Refusal, status: int = 409) -> JSONResponse:
    """The answer to whom a rule refuses: problem details with the rule's code as `rule`."""
    details = http.problem_details(status, "A rule forbids this", f"{refusal.ground}. {refusal.possible}")
    return JSONResponse({**details, "rule": refusal.rule}, status, media_type=http.PROBLEM)
