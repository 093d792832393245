"""What was let in takes effect: one worker a lane feeds arrivals to the same batch as Kafka's records; and the door of the from-topics."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

import structlog
from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import Envelope, Invalid, Problem, decode_kafka, known, read_back
from passend_contracts.events import EventAccepted, EventRejected
from passend_contracts.events.event_rejected.v1 import FieldProblem
from passend_contracts.vocabulary import EventData
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import dead_letters, doors, outbox
from services.chassis.backoff import where
from services.chassis.batch import Batch
from services.chassis.clock import Clock
from services.chassis.consuming import Committed
from services.chassis.dead_letters import Letter
from services.chassis.doors import Receipt
from services.chassis.outbox import Outgoing
from services.chassis.region import Party
from services.chassis.service import Service
from services.chassis.transaction import Origin, S, Work
from services.chassis.turns import InTurns, work_of
from services.chassis.worker import Worker

NOT_CHECKED = Problem("$", "not-checked", "we failed at checking it, by a mistake of ours that is told to our operators; send it again")

log = structlog.get_logger()

# The row locks make workers of several replicas take turns; whoever waited finds these rows handled and takes the next.
WAITING = text("SELECT n, party, body FROM arrival WHERE handled_at IS NULL AND lane = :lane ORDER BY n LIMIT :rows FOR UPDATE")
HANDLED = text("UPDATE arrival SET handled_at = :now, body = NULL WHERE n = ANY(:rows)")


class ArrivalWorker(Worker):
    """Lets arrivals of a lane take effect in the order in which they were let in; once each, for the mark commits with the effect."""

    part = "arrivals"

    async def _round(self, limit: int) -> int:
        now = self._clock.now()
        async with self._engine.begin() as connection:
            rows = (await connection.execute(WAITING, {"lane": self.lane, "rows": limit})).all()
            if not rows:
                return 0
            with work_of(self.lane):
                batch = Batch(self._service, connection, now, self._fuse.failed, lane=self.lane)
                await batch.run(await self._readable(connection, rows))
                await connection.execute(HANDLED, {"rows": [row.n for row in rows], "now": now})
        self._committed(batch)
        return len(rows)

    async def _readable(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Work]:
        """What they ask; one of a version that was let in, and that this release no longer has, holds up nobody."""
        works = []
        async for position, row in InTurns(enumerate(rows)):
            event, origin = read_back(row.body), Origin("", "arrival", 0, row.n)
            try:
                works.append(Work(event, catalogue.read(event), event.subject, origin, row.party, position))
            except Invalid as invalid:
                letter = Letter.of(event, origin, row.party, invalid.codes)
                await dead_letters.bury(connection, letter, consumer=self._service.name)
        return works


class FromTopics:
    """The door of the parties' from-topics: each record gets its receipt or its rejection on the party's to-topic."""

    def __init__(self, service: Service[S], lane: Lane, clock: Clock, wake: Sequence[Callable[[], None]]) -> None:
        self._service = service
        self._lane = lane
        self._clock = clock
        self._parties = {catalogue.from_topic(party.id, lane): party for party in service.parties}
        self._wake = wake
        self.topics = tuple(self._parties)
        """Those this door reads."""

    async def take_in(
        self, connection: AsyncConnection, records: Sequence[ConsumerRecord], _log_id: str, _failed: frozenset[str]
    ) -> Committed:
        """Check and keep each, and answer it (`consuming.Process`)."""
        now = self._clock.now()
        parties = [self._parties[record.topic] for record in records]
        checked = [self._checked(record, party, now) async for record, party in InTurns(zip(records, parties, strict=True))]
        answers = await doors.take_in(connection, list(zip(checked, parties, strict=True)), now)
        told = [
            self._accepted(answer, party) if isinstance(answer, Receipt) else self._rejected(answer, record, party)
            for answer, record, party in zip(answers, records, parties, strict=True)
        ]
        cases = await outbox.lock_cases(connection, {answer.event.subject for answer in told}, self._lane)
        await outbox.write(connection, told, cases)
        return partial(self._committed, answers)

    def _committed(self, answers: Sequence[Receipt | Invalid]) -> frozenset[str]:
        doors.count_rejected(self._service.name, answers)
        for wake in self._wake:
            wake()
        return frozenset()

    def _accepted(self, receipt: Receipt, party: Party) -> Outgoing:
        where = self._service.location(receipt.case) if receipt.case else None
        data = EventAccepted(event=receipt.event, receipt=receipt.receipt, received_at=receipt.received_at, case=where)
        return self._told(data, receipt.subject, party, cause=receipt.receipt)

    def _rejected(self, invalid: Invalid, record: ConsumerRecord, party: Party) -> Outgoing:
        """Keyed by the party when the record names no usable case; the same bytes get the same rejection."""
        errors = [FieldProblem(path=problem.path, code=problem.code, message=problem.message) for problem in invalid.problems[:100]]
        data = EventRejected(event=invalid.id, title="The event was not accepted", status=400, detail=doors.WHAT_TO_DO, errors=errors)
        content = sha256(b"\0".join([record.key or b"", record.value or b""])).hexdigest()
        return self._told(data, invalid.subject or party.id, party, cause=content)

    def _told(self, data: EventData, subject: str, party: Party, *, cause: str) -> Outgoing:
        event = self._service.says(data, subject=subject, now=self._clock.now(), cause=f"{party.id} {cause}")
        return Outgoing(event, catalogue.to_topic(party.id, self._lane))

    def _checked(self, record: ConsumerRecord, party: Party, now: datetime) -> Envelope | Invalid:
        """What a record is, or what is wrong with it; where we fail at that ourselves its sender hears so, and nobody else's waits."""
        try:
            event: Envelope | Invalid = decode_kafka(record.key, record.value, record.headers)
        except Invalid as invalid:
            event = invalid
        try:
            return doors.check(event, party, now, keys=self._service.keys, lane=self._lane)
        except Exception as mistake:  # noqa: BLE001 -- all parties share this reader
            log.error("not_checked", party=party.id, fault=type(mistake).__name__, where=where(mistake))  # noqa: TRY400 -- a traceback may hold what was sent
            return Invalid([NOT_CHECKED], event.known if isinstance(event, Invalid) else known(event))
