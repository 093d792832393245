"""What was let in takes effect: one worker feeds arrivals to the same batch as Kafka's records; and the door of the from-topics."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256

from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, Invalid, decode_kafka, derived_id, read_back
from passend_contracts.events import EventAccepted, EventRejected
from passend_contracts.events.event_rejected.v1 import FieldProblem
from passend_contracts.vocabulary import EventData
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import doors, outbox
from services.chassis.backoff import Backoff
from services.chassis.batch import Batch
from services.chassis.doors import Receipt
from services.chassis.outbox import Outgoing
from services.chassis.region import Party
from services.chassis.service import Service
from services.chassis.telemetry import Health
from services.chassis.transaction import S, Work

ROWS = 500
POLL_SECONDS = 0.1
PART = "arrivals"

# The row locks make workers of several replicas take turns; whoever waited finds these rows handled and takes the next.
WAITING = text("SELECT n, party, body FROM arrival WHERE handled_at IS NULL ORDER BY n LIMIT :rows FOR UPDATE")
HANDLED = text("UPDATE arrival SET handled_at = clock_timestamp(), body = NULL WHERE n = ANY(:rows)")


class ArrivalWorker:
    """Lets arrivals take effect in the order in which they were let in; at most once each, for the mark commits with the effect."""

    def __init__(self, service: Service[S], *, engine: AsyncEngine, health: Health, wake_relay: Callable[[], None]) -> None:
        self._service = service
        self._engine = engine
        self._health = health
        self._wake_relay = wake_relay
        self._arrived = asyncio.Event()

    def wake(self) -> None:
        """Something was let in: take it up now, not at the next poll."""
        self._arrived.set()

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again, for order allows no skipping."""
        backoff = Backoff()
        while True:
            self._arrived.clear()
            try:
                with self._health.watch(PART):
                    done = await self._round()
            except Exception as error:  # noqa: BLE001 -- see above
                await backoff.wait_after(error)
                continue
            backoff.reset()
            if not done:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._arrived.wait()

    async def _round(self) -> int:
        async with self._engine.begin() as connection:
            rows = (await connection.execute(WAITING, {"rows": ROWS})).all()
            if not rows:
                return 0
            works = [_work(row.body, row.party) for row in rows]
            batch = Batch(self._service, connection)
            await batch.run(works)
            await connection.execute(HANDLED, {"rows": [row.n for row in rows]})
        batch.count(works)
        self._wake_relay()
        return len(rows)


def _work(body: bytes, party: str) -> Work:
    event = read_back(body)
    return Work(event, catalogue.read(event), party)


class FromTopics:
    """The door of the parties' from-topics (`consuming.Process`): each record gets its receipt or its rejection on the party's to-topic."""

    def __init__(self, service: Service[S], wake_relay: Callable[[], None], wake_worker: Callable[[], None]) -> None:
        self._service = service
        self._parties = {catalogue.from_topic(party.id): party for party in service.parties}
        self._wake = (wake_relay, wake_worker)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics this door reads."""
        return tuple(self._parties)

    async def __call__(self, connection: AsyncConnection, records: Sequence[ConsumerRecord], _log_id: str) -> Callable[[], None]:
        answers: list[Outgoing] = []
        for topic, party in self._parties.items():
            own = [record for record in records if record.topic == topic]
            answers += await self._answers(connection, own, party)
        sequences = await outbox.lock_cases(connection, {answer.event.subject for answer in answers})
        await outbox.write(connection, answers, sequences)
        return self._committed

    def _committed(self) -> None:
        for wake in self._wake:
            wake()

    async def _answers(self, connection: AsyncConnection, records: Sequence[ConsumerRecord], party: Party) -> list[Outgoing]:
        checked = [_checked(record, party) for record in records]
        receipts = iter(await doors.take_in(connection, [event for event in checked if isinstance(event, Envelope)], party))
        answers = []
        for record, event in zip(records, checked, strict=True):
            answer = next(receipts) if isinstance(event, Envelope) else event
            answers.append(self._accepted(answer, party) if isinstance(answer, Receipt) else self._rejected(answer, record, party))
        return answers

    def _accepted(self, receipt: Receipt, party: Party) -> Outgoing:
        data = EventAccepted(
            event=receipt.event, receipt=receipt.receipt, received_at=receipt.received_at, case=self._service.location(receipt.subject)
        )
        return self._told(data, receipt.subject, party, cause=receipt.receipt)

    def _rejected(self, invalid: Invalid, record: ConsumerRecord, party: Party) -> Outgoing:
        """Keyed by the party when the record names no usable case; the same bytes get the same rejection."""
        errors = [FieldProblem(path=problem.path, code=problem.code, message=problem.message) for problem in invalid.problems[:100]]
        data = EventRejected(event=invalid.id, title="The event was not accepted", status=400, detail=doors.WHAT_TO_DO, errors=errors)
        content = sha256(b"\0".join([record.key or b"", record.value or b""])).hexdigest()
        return self._told(data, invalid.subject or party.id, party, cause=content)

    def _told(self, data: EventData, subject: str, party: Party, *, cause: str) -> Outgoing:
        kind = catalogue.of(type(data))
        event = Envelope(
            id=derived_id(self._service.name, party.id, cause, kind.type),
            source=self._service.source_for(self._service.swv),
            type=kind.type,
            subject=subject,
            time=datetime.now(UTC),
            dataschema=kind.dataschema,
            data=data.to_wire(),
            producer=self._service.name,
        )
        return Outgoing(event, catalogue.to_topic(party.id))


def _checked(record: ConsumerRecord, party: Party) -> Envelope | Invalid:
    try:
        return doors.check(decode_kafka(record.key, record.value, record.headers), party)
    except Invalid as invalid:
        return doors.check(invalid, party)
