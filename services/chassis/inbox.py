"""Kafka's records in: read each envelope, drop what was seen before, let the rest take effect; the unreadable becomes a dead letter."""

from collections.abc import Callable, Sequence

from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, Invalid, Problem, decode_kafka, known
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import dead_letters
from services.chassis.batch import Batch
from services.chassis.service import Service
from services.chassis.transaction import S, Work

SEE = text("""
    INSERT INTO inbox (source, id, "time")
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:times AS timestamptz[]))
    ON CONFLICT DO NOTHING RETURNING source, id
""")
WRONG_TOPIC = Problem("$.type", "wrong-topic", "events of this type stand on another topic; the catalogue names it")


class Inbox:
    """The function that makes a batch of a service's topics take effect (`consuming.Process`)."""

    def __init__(self, service: Service[S], wake_relay: Callable[[], None]) -> None:
        self._service = service
        self._wake_relay = wake_relay

    async def __call__(self, connection: AsyncConnection, records: Sequence[ConsumerRecord], log_id: str) -> Callable[[], None]:
        if self._service.record:
            await self._service.record(connection, records, log_id)
        works = await self._unseen(connection, await self._readable(connection, records, log_id))
        batch = Batch(self._service, connection)
        await batch.run(works)

        def committed() -> None:
            batch.count(works)
            self._wake_relay()

        return committed

    async def _readable(self, connection: AsyncConnection, records: Sequence[ConsumerRecord], log_id: str) -> list[Work]:
        works = []
        for record in records:
            try:
                if work := self._work(record):
                    works.append(work)
            except Invalid as invalid:
                await dead_letters.bury(connection, record, log_id, invalid, consumer=self._service.name)
        return works

    def _work(self, record: ConsumerRecord) -> Work | None:
        event = decode_kafka(record.key, record.value, record.headers)
        if catalogue.knows(event.type):
            kind = catalogue.of(event.type)
            if kind.model not in self._service.events.handlers:
                return None
            if record.topic not in kind.topics:  # its door did not let it in: nobody stands behind it
                raise Invalid([WRONG_TOPIC], known(event))
        return Work(event, catalogue.read(event))

    async def _unseen(self, connection: AsyncConnection, works: Sequence[Work]) -> list[Work]:
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
