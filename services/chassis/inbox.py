"""Kafka's records in: read each envelope, drop what was seen before, let the rest take effect; the unreadable becomes a dead letter."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, Invalid, Problem, decode_kafka
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import backoff, dead_letters
from services.chassis.batch import Batch
from services.chassis.clock import Clock
from services.chassis.consuming import Committed
from services.chassis.dead_letters import Letter
from services.chassis.doors import AHEAD as AHEAD_AT_A_DOOR, RETENTION
from services.chassis.service import Service
from services.chassis.transaction import Origin, S, Work
from services.chassis.turns import InTurns

KEPT = RETENTION + timedelta(days=90)
"""How long an inbox remembers: what a door lets in, and two months of republishing after that. Older events are not let take effect."""
AHEAD = AHEAD_AT_A_DOOR + timedelta(hours=1)
"""How far ahead an event may be: what a door let in, by a clock that went before this one."""
TOO_OLD = Problem("$.time", "time-too-old", "older than the inbox remembers, so nobody can say whether it took effect")
TOO_FAR_AHEAD = Problem("$.time", "time-ahead", "further ahead than clocks differ, so no inbox has room for it")
WRONG_TOPIC = Problem("$.type", "wrong-topic", "nobody puts events of this type on this topic")
READING_FAILED = Problem("$", "reading-failed", "our own code failed on it; release it after the fix")

log = structlog.get_logger()

SEE = text("""
    INSERT INTO inbox (source, id, "time")
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:times AS timestamptz[]))
    ON CONFLICT DO NOTHING RETURNING source, id
""")


class Inbox:
    """Makes a batch of a service's topics take effect."""

    def __init__(self, service: Service[S], clock: Clock, wake_relays: Callable[[], None]) -> None:
        self._service = service
        self._clock = clock
        self._wake_relays = wake_relays

    async def take_effect(
        self, connection: AsyncConnection, records: Sequence[ConsumerRecord], log_id: str, failed: frozenset[str]
    ) -> Committed:
        """Drop what was seen before and let the rest take effect (`consuming.Process`)."""
        now = self._clock.now()
        if self._service.record:
            await self._service.record(connection, records, log_id)
        works = await self.unseen(connection, await self._readable(connection, records, log_id, now))
        batch = Batch(self._service, connection, now, failed)
        await batch.run(works)

        def committed() -> frozenset[str]:
            batch.count()
            self._wake_relays()
            return batch.failed

        return committed

    async def _readable(self, connection: AsyncConnection, records: Sequence[ConsumerRecord], log_id: str, now: datetime) -> list[Work]:
        works = []
        async for position, record in InTurns(enumerate(records)):
            origin = Origin(log_id, record.topic, record.partition, record.offset)
            try:
                if not dead_letters.is_mirror(record) and (
                    work := self.work(record.key, record.value, record.headers, origin, now, position)
                ):
                    works.append(work)
            except Invalid as invalid:
                letter = Letter(origin, record.key, record.value, record.headers, invalid.codes)
                await dead_letters.bury(connection, letter, consumer=self._service.name)
        return works

    def work(
        self, key: bytes | None, value: bytes | None, headers: dead_letters.Headers, origin: Origin, now: datetime, position: int = 0
    ) -> Work | None:
        """What a record asks of this service, None when nothing; raises `Invalid`, also where our own code fails on it."""
        try:
            return self._asked(decode_kafka(key, value, headers), origin, now, position)
        except Invalid:
            raise
        except Exception as bug:  # noqa: BLE001 -- one record must not stop its partition
            log.error("reading_failed", fault=type(bug).__name__, where=backoff.where(bug))  # noqa: TRY400 -- its text may quote the record
            raise Invalid([READING_FAILED]) from None

    def _asked(self, event: Envelope, origin: Origin, now: datetime, position: int) -> Work | None:
        if catalogue.knows(event.type):
            kind = catalogue.of(event.type)
            if not kind.belongs_on(origin.topic):
                raise Invalid([WRONG_TOPIC])
            if kind.model not in self._service.events.handlers:
                return None
        if event.time < now - KEPT:
            raise Invalid([TOO_OLD])
        if event.time > now + AHEAD:
            raise Invalid([TOO_FAR_AHEAD])
        return self._service.work(event, catalogue.read(event), origin, position=position)

    async def unseen(self, connection: AsyncConnection, works: Sequence[Work]) -> list[Work]:
        """Idempotency is this insert: what it returns was not there, here or in any other process."""
        if not works:
            return []
        events = [work.event for work in works]
        seen = {"sources": [e.source for e in events], "ids": [e.id for e in events], "times": [e.time for e in events]}
        fresh = {(row.source, row.id) for row in await connection.execute(SEE, seen)}
        return [work for work in works if _taken(fresh, work.event)]


def _taken(fresh: set[tuple[str, str]], event: Envelope) -> bool:
    """Take an event out of what is fresh: its second copy within one batch finds it gone."""
    key = (event.source, event.id)
    if key not in fresh:
        return False
    fresh.remove(key)
    return True
