"""What waits for an operator: an event that failed by a bug, and all that follow it in its case; the others go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic

import structlog
from passend_contracts.catalogue import dlq_topic
from passend_contracts.envelope import encode, read_back
from passend_contracts.events import CaseParked, CaseReleased
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import backoff, dead_letters, outbox
from services.chassis.outbox import Outgoing
from services.chassis.service import Service, read
from services.chassis.transaction import DeadlinePassed, Origin, S, Work

RELEASE_WITHIN = timedelta(hours=1)
"""In which time an operator is to release a case: the platform's own promise."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Aside:
    """An event that waits: because of its own `error`, or because one before it in its case does."""

    work: Work
    error: Exception | None = None


PARK = text("""
    INSERT INTO parked (subject, event_id, type, party, position, body, fault, place, attempts, parked_at)
    SELECT subject, event_id, type, party, position, body, fault, place, attempts, :now
    FROM unnest(CAST(:subjects AS text[]), CAST(:ids AS text[]), CAST(:types AS text[]), CAST(:parties AS text[]),
                CAST(:positions AS bigint[]), CAST(:bodies AS bytea[]), CAST(:faults AS text[]), CAST(:places AS text[]),
                CAST(:attempts AS int[]))
        WITH ORDINALITY AS fresh (subject, event_id, type, party, position, body, fault, place, attempts, nth)
    ORDER BY nth
""")
CLOSE_CASES = text("UPDATE case_lock SET parked = true WHERE subject = ANY(:subjects) AND NOT parked")


async def park(connection: AsyncConnection, aside: Sequence[Aside], now: datetime) -> None:
    """Keep these events, in order, until an operator releases their cases, which are locked in this transaction."""
    if not aside:
        return
    works = [each.work for each in aside]
    rows = {
        "subjects": [work.case for work in works],
        "ids": [work.event.id for work in works],
        "types": [work.event.type for work in works],
        "parties": [work.party for work in works],
        "positions": [work.origin.offset for work in works],
        "bodies": [encode(work.event) for work in works],
        "faults": [type(each.error).__name__ if each.error else None for each in aside],
        "places": [backoff.where(each.error) if each.error else None for each in aside],
        "attempts": [work.attempts + (each.error is not None) for work, each in zip(works, aside, strict=True)],
    }
    await connection.execute(PARK, {**rows, "now": now})
    await connection.execute(CLOSE_CASES, {"subjects": sorted({work.case for work in works})})


def announced(service: Service[S], work: Work, error: Exception, now: datetime) -> Outgoing:
    """That a case is parked, for the operators; also says it in the log."""
    fault, place = type(error).__name__, backoff.where(error)
    log.error(
        "case_parked", fault=fault, place=place, attempts=work.attempts + 1, release_within_seconds=int(RELEASE_WITHIN.total_seconds())
    )
    data = CaseParked(event=work.event.id, fault=fault, place=place or "unknown", release_due=now + RELEASE_WITHIN)
    event = service.says(data, subject=work.case, now=now, cause=work.event, ordinal=work.attempts)
    return Outgoing(event, dlq_topic(service.name))


TAKE_OUT = text("""
    WITH taken AS (DELETE FROM parked WHERE subject = :subject RETURNING n, body, party, position, attempts)
    SELECT * FROM taken ORDER BY n
""")
OPEN_CASE = text("UPDATE case_lock SET parked = false WHERE subject = :subject")
DROP_HEAD = text("""
    DELETE FROM parked WHERE n = (SELECT min(n) FROM parked WHERE subject = :subject) RETURNING n, body, party, position
""")
STILL_PARKED = text("SELECT count(*) FROM parked WHERE subject = :subject")
RECORD = text("""
    INSERT INTO operator_action (at, operator, action, subject, reason, detail)
    VALUES (clock_timestamp(), :operator, :action, :subject, :reason, :detail)
""")


class NotParked(Exception):
    """Nothing of that case is parked here."""


class IsOwed(Exception):
    """This is a deadline, and what it stands for is owed all the same: release it once it is mended. Nothing was changed."""


class Desk(Generic[S]):
    """What an operator can do about a parked case, in a transaction that the caller commits; each act is recorded with its reason."""

    def __init__(self, service: Service[S], connection: AsyncConnection, now: datetime, operator: str) -> None:
        self._service = service
        self._connection = connection
        self._now = now
        self._operator = operator

    async def take_out(self, case: str, reason: str) -> list[Work]:
        """Everything that is parked of a case, in order, to be run again in this transaction; raises `NotParked`."""
        await outbox.lock_cases(self._connection, [case])
        works = [_work(row, case, position) for position, row in enumerate(await self._connection.execute(TAKE_OUT, {"subject": case}))]
        if not works:
            raise NotParked
        await self._connection.execute(OPEN_CASE, {"subject": case})
        await self.record("release", case, reason, len(works))
        return works

    async def drop_first(self, case: str, reason: str) -> None:
        """Set the first parked event of a case aside as a dead letter; raises `NotParked`, and `IsOwed` for a timer."""
        await outbox.lock_cases(self._connection, [case])
        row = (await self._connection.execute(DROP_HEAD, {"subject": case})).first()
        if row is None:
            raise NotParked
        event = read_back(row.body)
        if event.type == DeadlinePassed.TYPE:
            raise IsOwed
        dropped = dead_letters.Letter.of(event, _origin(row), row.party, ["dropped-by-operator"])
        await dead_letters.bury(self._connection, dropped, consumer=self._service.name)
        await self.record("drop", case, reason, 1)

    async def finish(self, case: str, *, released: int = 0, dropped: int = 0) -> int:
        """Tell that the case goes on, if nothing of it is parked any more; returns how much still is."""
        waiting = int((await self._connection.execute(STILL_PARKED, {"subject": case})).scalar_one())
        if waiting:
            return waiting
        await self._connection.execute(OPEN_CASE, {"subject": case})
        data = CaseReleased(released=released, dropped=dropped)
        event = self._service.says(data, subject=case, now=self._now, cause=f"{case} {self._now.isoformat()}")
        cases = await outbox.lock_cases(self._connection, [case])
        await outbox.write(self._connection, [Outgoing(event, dlq_topic(self._service.name))], cases)
        return 0

    async def record(self, action: str, case: str, reason: str, detail: int) -> None:
        """Keep who did what and why."""
        said = {"operator": self._operator, "action": action, "subject": case, "reason": reason, "detail": str(detail)}
        await self._connection.execute(RECORD, said)
        log.info("operator_action", action=action, case=case, operator=self._operator)


def _work(row: Row[Any], case: str, position: int) -> Work:
    event = read_back(row.body)
    return Work(event, read(event), case, _origin(row), row.party, position, row.attempts)


def _origin(row: Row[Any]) -> Origin:
    return Origin("", "parked", row.n, row.position)
