"""Sends what has to go out, for as long as it takes, and keeps what came of it: each message at least once, each receipt once.

A message is claimed and committed, handed to the mail server, and marked in one transaction with its receipt. Attempts run beside each
other and beside the claims, so that a server that keeps one message waiting keeps no other. Who is killed in between finds its own claims
again when it starts; another replica takes them when they lapse. The Message-ID is the message's own, so what goes out twice shows once.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from passend_contracts.catalogue import Lane
from passend_contracts.events import NotificationDelivered, NotificationExhausted, NotificationFailed
from prometheus_client import Counter, Gauge
from sqlalchemy import Row, text

from services.chassis import backoff
from services.chassis.commands import Commands
from services.chassis.database import is_transient
from services.chassis.runtime import Machine
from services.chassis.transaction import Transaction
from services.chassis.worker import Worker
from services.notify import use_cases
from services.notify.clients import Mail, Outcome
from services.notify.domain.message import About, patience
from services.notify.letters import Letters
from services.notify.store import Known
from services.notify.translation import known_crisis

AT_ONCE = 10
"""How many messages of a lane are on their way at a time."""
KEEP_FOR = timedelta(days=30)
"""How long the mailbox that a message about a case went to is kept."""
ATTEMPTS = Counter("notification_attempts", "Attempts to hand a message to the mail server", ["about", "outcome"])
UNACKNOWLEDGED = Gauge("crisis_unacknowledged_seconds", "How long the oldest open crisis waits that nobody took; 0 without one")

log = structlog.get_logger()

CLAIM = text("""
    UPDATE delivery
    SET claimed_by = :me, claimed_until = clock_timestamp() + :within, attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM delivery
        WHERE lane = :lane AND done_at IS NULL AND next_at <= :now AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
        ORDER BY next_at, id LIMIT :rows FOR UPDATE SKIP LOCKED
    )
    RETURNING id, subject, case_id, about, role, address, token, wait, written_at, attempts, outcome
""")
TAKE_OVER = text("UPDATE delivery SET claimed_until = NULL WHERE lane = :lane AND claimed_by = :me AND done_at IS NULL")
DONE = text("""
    UPDATE delivery SET done_at = :now, outcome = :outcome, token = NULL, claimed_until = NULL
    WHERE id = :id AND done_at IS NULL AND attempts = :attempts
    RETURNING id
""")
LATER = text("""
    UPDATE delivery SET next_at = :next_at, outcome = :outcome, claimed_until = NULL
    WHERE id = :id AND done_at IS NULL AND attempts = :attempts
    RETURNING id
""")
CALLED_ANEW = text("""
    SELECT 1 FROM delivery
    WHERE subject = :subject AND lane = 'crises' AND about = :about AND role = :role AND written_at > :written_at LIMIT 1
""")
FORGET = text("DELETE FROM delivery WHERE lane = 'cases' AND done_at < :before")
WAITING_SINCE = text("SELECT min(raised_at) FROM crisis WHERE stage = 'calling'")


class Sender(Worker):
    """Sends the messages of one lane: those of a crisis have connections of their own and wait for no other."""

    part = "sender"
    poll_seconds = 0.2

    def __init__(self, machine: Machine, lane: Lane, mail: Mail, letters: Letters) -> None:
        super().__init__(machine, lane)
        self._commands: Commands[Known] = machine.commands[lane]
        self._mail = mail
        self._letters = letters
        self._me = machine.settings.replica
        self._on_their_way = 0
        self._tried: deque[tuple[Row[Any], Outcome]] = deque()
        """What was tried and is not committed yet."""
        self._took_over = False
        self._forgot_at: datetime | None = None

    async def run(self) -> None:
        """Work until cancelled; what is on its way is broken off then, and its claim found again at the next start."""
        async with asyncio.TaskGroup() as self._attempts:
            await super().run()

    async def _round(self, limit: int) -> int:
        """Keep what came of attempts, then begin others; an attempt that ends wakes this worker."""
        kept = len(self._tried)
        for _ in range(kept):
            await self._keep(*self._tried[0])
            self._tried.popleft()
        claimed = await self._claim(min(limit, AT_ONCE - self._on_their_way - len(self._tried)))
        for row in claimed:
            self._on_their_way += 1
            self._attempts.create_task(self._attempt(row))
        return kept + len(claimed)

    async def _attempt(self, row: Row[Any]) -> None:
        outcome = await self._try(row)
        self._on_their_way -= 1
        self._tried.append((row, outcome))
        self.wake()

    async def _try(self, row: Row[Any]) -> Outcome:
        """One attempt. A message that we cannot write or hand over by a mistake of ours stops no other; it is tried again as any."""
        try:
            outcome = await self._mail.send(self._letters.write(row))
        except Exception as bug:  # noqa: BLE001 -- see above
            log.error("sending_failed", about=row.about, fault=type(bug).__name__, where=backoff.where(bug))  # noqa: TRY400 -- its text may quote
            outcome = Outcome.SERVER_REFUSES
        ATTEMPTS.labels(row.about, outcome).inc()
        return outcome

    async def _keep(self, row: Row[Any], outcome: Outcome) -> None:
        """Commit what came of an attempt. While the database is away it is known here, so that nothing is sent twice for that."""
        try:
            await self._commands.act(row.subject, _Receipt(row, outcome), name="message_tried", cause=f"{row.id} {row.attempts}")
        except Exception as error:
            if not is_transient(error):
                self._tried.popleft()  # a mistake of ours with one message stops no other: its claim lapses, and it is tried again
            raise

    async def _claim(self, rows: int) -> Sequence[Row[Any]]:
        now = self._clock.now()
        async with self._engine.begin() as connection:
            if not self._took_over:
                await connection.execute(TAKE_OVER, {"lane": self.lane, "me": self._me})
            if self.lane == "crises":
                since = (await connection.execute(WAITING_SINCE)).scalar_one()
                UNACKNOWLEDGED.set((now - since).total_seconds() if since else 0)
            elif self._forgot_at is None or now - self._forgot_at > timedelta(hours=1):
                await connection.execute(FORGET, {"before": now - KEEP_FOR})
                self._forgot_at = now
            claim = {"lane": self.lane, "me": self._me, "now": now, "rows": rows, "within": self._letters.within}
            claimed = (await connection.execute(CLAIM, claim)).all()
        self._took_over = True
        return claimed


class _Receipt:
    """What came of an attempt takes effect: the message is done with or tried later, and it is told; a refused call climbs at once."""

    def __init__(self, row: Row[Any], outcome: Outcome) -> None:
        self._row = row
        self._outcome = outcome
        self._about = {"case_id": row.case_id, "message": row.id, "about": row.about, "role": row.role}
        self._tried = self._about | {"channel": "email", "attempts": row.attempts}

    async def __call__(self, tx: Transaction[Known]) -> None:
        if self._outcome is Outcome.DELIVERED:
            if await self._mark(tx, DONE, now=tx.now):
                tx.publish(NotificationDelivered(**self._tried, delivered_at=tx.now), sender=tx.service.swv)
            return
        crisis = known_crisis(tx)
        if crisis and (not crisis.needs(About(self._row.about)) or await self._is_called_anew(tx)):
            await self._mark(tx, DONE, now=tx.now)  # nobody waits for it any more
            return
        next_at = None if self._outcome is Outcome.REFUSED else self._next_attempt(tx.now)
        if await (self._mark(tx, LATER, next_at=next_at) if next_at else self._mark(tx, DONE, now=tx.now)):
            self._tell(tx, next_at)

    async def _mark(self, tx: Transaction[Known], statement: Any, **values: datetime) -> bool:
        """Whether the message still waited for this attempt: somebody may have taken the crisis up meanwhile."""
        own = {"id": self._row.id, "attempts": self._row.attempts, "outcome": self._outcome}
        return (await (await tx.database()).execute(statement, own | values)).first() is not None

    async def _is_called_anew(self, tx: Transaction[Known]) -> bool:
        """Whether this is a call to a role that was called again since: that call has receipts of its own."""
        if self._row.about != About.CRISIS_CALL:
            return False
        call = {name: getattr(self._row, name) for name in ("subject", "about", "role", "written_at")}
        return (await (await tx.database()).execute(CALLED_ANEW, call)).first() is not None

    def _next_attempt(self, now: datetime) -> datetime | None:
        return patience(About(self._row.about)).next_attempt(self._row.attempts, written=self._row.written_at, now=now)

    def _tell(self, tx: Transaction[Known], next_at: datetime | None) -> None:
        log.warning("message_not_delivered", about=self._row.about, role=self._row.role, why=self._outcome, attempts=self._row.attempts)
        if self._row.outcome is None:
            failed = NotificationFailed(**self._tried, reason=self._outcome, failed_at=tx.now, next_attempt_at=next_at)
            tx.publish(failed, sender=tx.service.swv)
        if next_at:
            return
        reason = "refused" if self._outcome is Outcome.REFUSED else "tried_for_too_long"
        tx.publish(NotificationExhausted(**self._about, reason=reason, exhausted_at=tx.now), sender=tx.service.swv)
        crisis = known_crisis(tx)
        if crisis and self._row.about == About.CRISIS_CALL and crisis.is_waiting_for(self._row.role):
            use_cases.climb(tx, crisis, use_cases.NOT_DELIVERED)
