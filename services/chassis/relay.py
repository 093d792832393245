"""Publishes the outbox, each case in order: claimed under a lease, sent in a pipeline, marked after the acknowledgement."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import KAFKA_HEADERS
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database, kafka, lease, telemetry
from services.chassis.backoff import Backoff
from services.chassis.kafka import LogWatch
from services.chassis.lead import Lead
from services.chassis.lease import Lease, LeaseLost
from services.chassis.telemetry import part
from services.chassis.turns import InTurns, work_of

ROWS = 1_000
ROUND_BYTES = 1_000_000
POLL_SECONDS = 0.1
ACK_SECONDS = 30  # T10: a send may hang for ever; after this its outcome is unknown and the row stays
TOPIC_SECONDS = 2
"""How long a topic is looked for."""
REST_SECONDS: Mapping[Lane, float] = {"cases": 5, "crises": 1}
"""How long one that took nothing is then left alone."""
HEADERS = list(KAFKA_HEADERS)

log = structlog.get_logger()

HEAD = text("""
    SELECT n, written_at, topic, key, body, headers, hold IS NOT NULL AND claimed_at IS NULL AS stoppable FROM outbox
    WHERE published_at IS NULL AND lane = :lane AND topic <> ALL(:full)
    ORDER BY n LIMIT :rows
""")
# What can be stopped is claimed first: from then on a withdrawal must recall it. A row that was emptied meanwhile comes back as such.
CLAIM = text("UPDATE outbox SET claimed_at = clock_timestamp() WHERE n = ANY(:rows) AND written_at >= :since RETURNING n, body")
MARK = text("""
    UPDATE outbox SET published_at = clock_timestamp() WHERE n = ANY(:rows) AND written_at >= :since AND published_at IS NULL
""")


class Relay:
    """Moves a lane of a service's outbox to Kafka.

    Callers may rely on: a committed row is published at least once, under the same id each time; the rows of one key on one topic
    in their order, also across failures, restarts and a change of leader. They may not rely on once: a relay killed between
    acknowledgement and mark repeats (T25), so readers have an inbox.
    """

    def __init__(self, service: str, lane: Lane, *, engine: AsyncEngine, watch: LogWatch) -> None:
        self._service = service
        self._lane_name: Lane = lane
        self._part = part("relay", lane)
        self._watch = watch
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")  # one statement: no round trips to begin and to end
        self._settings = watch.settings
        self._health = watch.health
        self._written = asyncio.Event()
        self._limit = ROWS
        self._rests: dict[str, float] = {}
        """Until when nothing is sent to a topic, on the monotonic clock."""
        self._ousted = False
        """Whether it lost the lease and has not kept it since."""

    def wake(self) -> None:
        """Rows were committed: publish them now, not at the next poll."""
        self._written.set()

    async def run(self) -> None:
        """Publish until cancelled, whenever this process leads."""
        backoff = Backoff(self._lane_name)
        while True:
            try:
                await self._lead(backoff)
            except LeaseLost as lost:  # also to one that is told to be the same replica: they must not take turns without a word
                self._ousted = True
                self._health.broken(self._part, type(lost).__name__)
                await backoff.wait_after(lost)
            except Exception as error:  # noqa: BLE001 -- T8: after any fault a new producer begins at the head of what is unmarked
                self._health.broken(self._part, type(error).__name__)
                await backoff.wait_after(error)

    async def _lead(self, backoff: Backoff) -> None:
        held = await self._await_lease()
        try:
            async with kafka.producer(self._settings) as (producer, lost), Lead(self._settings) as lead:
                log_id = await self._watch.ask()  # once connected: so it is this connection's
                if again := await held.publish_again_into(log_id, self._engine):
                    log.warning("new_log", rows_published_again=again)
                await self._publish_into(log_id, held, Sending(producer, lost, lead), backoff)
        finally:
            with suppress(*database.TRANSIENT):
                async with self._engine.begin() as connection:
                    await held.release(connection)

    async def _await_lease(self) -> Lease:
        while True:
            async with self._engine.begin() as connection:
                held = await lease.acquire(connection, self._lane_name, self._settings.replica)
            if held:
                return held
            self._health.ok(self._part)  # another replica leads: this one does its part by waiting
            await asyncio.sleep(lease.RENEW_SECONDS)

    async def _publish_into(self, log_id: str, held: Lease, sending: "Sending", backoff: Backoff) -> None:
        """Publish until the log is another one: a producer does not notice, and what stood in the old one must go out again."""
        renewed = monotonic()
        while self._watch.seen == log_id and not sending.lost.is_set():
            self._written.clear()
            resting = self._resting()
            rows = await self._head(held, [*await sending.lead.full_topics(), *resting])
            if rows:
                with work_of(self._lane_name):
                    await self._while_held(held, self._publish(rows, held, sending))
                renewed, self._ousted = monotonic(), False
            if not self._ousted:
                backoff.reset()
            if not resting and not self._ousted:
                self._health.ok(self._part)
            if not rows:
                await self._idle()
            if monotonic() - renewed > lease.RENEW_SECONDS:
                await self._renew(held)
                renewed, self._ousted = monotonic(), False

    async def _while_held(self, held: Lease, publishing: Coroutine[Any, Any, None]) -> None:
        """Go on with this for as long as the lease can be kept: Kafka may take longer to answer than a lease lasts."""
        task = asyncio.create_task(publishing)
        try:
            while not (await asyncio.wait([task], timeout=lease.RENEW_SECONDS))[0]:
                await self._renew(held)
            task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _renew(self, held: Lease) -> None:
        async with self._engine.begin() as connection:
            await held.renew(connection)

    def _resting(self) -> list[str]:
        return [topic for topic, until in self._rests.items() if monotonic() < until]

    async def _idle(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._written.wait()

    async def _head(self, held: Lease, full: Sequence[str]) -> list[tuple[Row[Any], bytes]]:
        """The first unpublished rows with the bytes to send; those that could be stopped are claimed and no longer can."""
        async with self._reading.connect() as connection:
            found = (await connection.execute(HEAD, {"full": full, "rows": self._limit, "lane": self._lane_name})).all()
        rows = _within(ROUND_BYTES, found)
        self._limit = len(rows) if len(rows) < len(found) else min(2 * self._limit, ROWS)  # large ones are not read to be left
        bodies = await self._claimed([row for row in rows if row.stoppable], held)
        return [(row, bodies[row.n] if row.stoppable else row.body) for row in rows]

    async def _claimed(self, rows: Sequence[Row[Any]], held: Lease) -> dict[int, bytes]:
        """What stands in these rows now that nobody stops them any more."""
        if not rows:
            return {}
        async with self._engine.begin() as connection:
            await held.renew(connection)
            claim = {"rows": [row.n for row in rows], "since": min(row.written_at for row in rows)}
            return {row.n: row.body for row in await connection.execute(CLAIM, claim)}

    async def _publish(self, rows: Sequence[tuple[Row[Any], bytes]], held: Lease, sending: "Sending") -> None:
        """Send all without waiting in between, wait for all, mark what was acknowledged; raises when anything was not.

        An idempotent producer writes a partition's records in the order of the calls, and none after one that failed.
        """
        sent = await sending.begun(rows)
        await sending.acknowledged(sent)
        acknowledged: list[Row[Any]] = []
        broken: set[tuple[str, str]] = set()
        for (row, body), future in zip(rows, sent, strict=True):
            if future is None or not future.done() or future.exception() or (row.topic, row.key) in broken:
                broken.add((row.topic, row.key))
            else:
                acknowledged.append(row)
                sending.lead.wrote(future.result(), len(body))
        await self._mark(acknowledged, held)
        if broken:
            if not sending.lost.is_set():
                self._let_rest({topic for topic, _ in broken})
            raise PublishFailed(len(rows) - len(acknowledged))

    def _let_rest(self, topics: Iterable[str]) -> None:
        """Send nothing to these for a while: what Kafka takes does not wait for what it does not. Whole, so that order holds."""
        for topic in sorted(topics):
            self._rests[topic] = monotonic() + REST_SECONDS[self._lane_name]
            log.warning("topic_rests", topic=topic, seconds=REST_SECONDS[self._lane_name])

    async def _mark(self, acknowledged: Sequence[Row[Any]], held: Lease) -> None:
        async with self._engine.begin() as connection:
            await held.renew(connection)
            if acknowledged:
                since = min(row.written_at for row in acknowledged)
                await connection.execute(MARK, {"rows": [row.n for row in acknowledged], "since": since})
        telemetry.PUBLISHED.labels(self._service).inc(len(acknowledged))


Sent = asyncio.Future[Any] | None
"""What Kafka will answer; None for what was not handed over: it does not have the topic (yet), or takes no more of it."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A producer for as long as it is known in which log it writes."""

    producer: AIOKafkaProducer
    lost: asyncio.Event
    lead: Lead

    async def begun(self, rows: Sequence[tuple[Row[Any], bytes]]) -> list[Sent]:
        """Hand them to the producer, those of a topic that is there and takes them."""
        sent: list[Sent] = []
        with suppress(TimeoutError):  # the rest is not handed over
            async with asyncio.timeout(ACK_SECONDS):
                topics = {row.topic for row, _ in rows}
                there = await asyncio.gather(*map(self._is_there, topics))
                away = {topic for topic, is_there in zip(topics, there, strict=True) if not is_there}
                async for row, body in InTurns(rows):
                    sent.append(await self._handed(row, body, away))
        return [*sent, *[None] * (len(rows) - len(sent))]

    async def _handed(self, row: Row[Any], body: bytes, away: set[str]) -> Sent:
        """Wait until there is room for it, and longer for nothing else of its topic."""
        if row.topic in away:
            return None
        try:
            sent: Sent = await self.producer.send(row.topic, body, key=row.key.encode(), headers=_headers(row))
        except KafkaError:
            away.add(row.topic)
            return None
        return sent

    async def _is_there(self, topic: str) -> bool:
        try:
            async with asyncio.timeout(TOPIC_SECONDS):
                return bool(await self.producer.partitions_for(topic))
        except (UnknownTopicOrPartitionError, TopicAuthorizationFailedError, TimeoutError):
            return False

    async def acknowledged(self, sent: Sequence[Sent]) -> None:
        """Return when Kafka has answered for all of these, or will not any more."""
        given_up = asyncio.create_task(self.lost.wait())
        taken = [future for future in sent if future is not None]
        answered: list[asyncio.Future[Any]] = [given_up, asyncio.gather(*taken, return_exceptions=True)]
        try:
            await asyncio.wait(answered, timeout=ACK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            given_up.cancel()


class PublishFailed(KafkaError):  # type: ignore[misc]  # aiokafka is untyped
    """Kafka did not acknowledge some rows; they stay at the head and go out again in their order."""


def _headers(row: Row[Any]) -> list[tuple[str, bytes]]:
    """An event's content type; or the headers of a dead letter, which is sent on as it came."""
    return HEADERS if row.headers is None else [(name, value.encode()) for name, value in row.headers.items()]


def _within(limit: int, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The first rows that together stay within so many bytes, and at least one."""
    total = 0
    head: list[Row[Any]] = []
    for row in rows:
        total += len(row.body)
        if head and total > limit:
            break
        head.append(row)
    return head
