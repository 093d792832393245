"""Reads batches of records from Kafka and hands each to one database transaction; the offset follows the commit, never the other way.

FastStream reads, assigns and rebalances; what its defaults would lose (traps T3-T6, T20, T23, T26, T27) is decided here.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from time import monotonic, time
from typing import Any

import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy, BaseMiddleware
from faststream.kafka import KafkaBroker, KafkaMessage, TopicPartition as Assigned
from passend_contracts import catalogue
from passend_contracts.catalogue import Lane
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import kafka, telemetry
from services.chassis.backoff import Backoff
from services.chassis.fuse import Blown, Fuse
from services.chassis.kafka import LogWatch
from services.chassis.positions import Positions, after
from services.chassis.turns import work_of

MAX_RECORDS = 1_000
COMMIT_SECONDS = 2.0  # T23: while a group loads, a commit may take seconds; the database has the position, so giving up is fine
END_SECONDS = 2.0
SILENT_SECONDS = 30.0
"""How long the leader of a partition may answer nothing until the health says so; it is asked twice a second."""

Committed = Callable[[], frozenset[str]]
"""Is called after the commit, and returns the cases that failed in a row, for the fuse."""
Process = Callable[[AsyncConnection, Sequence[ConsumerRecord], str, frozenset[str]], Awaitable[Committed]]
"""Makes a batch take effect in the given transaction: records, the log's id, the cases that failed in a row before. May raise `Blown`.

There are two: `Inbox.take_effect`, and `FromTopics.take_in` for what parties send to a door.
"""

log = structlog.get_logger()


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """One consumer of a service: a name, its topics, and the function that makes a batch take effect.

    Callers may rely on: every record is processed in a committed transaction before its offset is committed; a batch that fails is
    tried again in place for as long as it takes, so order is kept; a new log is read from its start. A record may be given again.
    """

    def __init__(
        self, service: str, name: str, lane: Lane, topics: Sequence[str], process: Process, *, engine: AsyncEngine, watch: LogWatch
    ) -> None:
        self.name = name
        self._lane: Lane = lane
        self._service = service
        self._topics = topics
        self._process = process
        self._engine = engine
        self._watch = watch
        self._settings = watch.settings
        self._health = watch.health
        self._part = f"consumer {name}"
        self._fuse = Fuse(service, self._part, watch.health, watch.settings.probe_seconds)
        self._busy = asyncio.Lock()
        self._subscriber: Any = None
        self._positions = Positions(name, "")
        self._at_ours = asyncio.Event()
        """Whether it reads from our positions: between an assignment and the seek it may read from wherever Kafka says."""
        self._generation = object()
        """Stands for the group's generation: another one after each assignment."""
        self._read_in: object = None
        """The generation in which the batch in hand was read from our positions."""
        self._next: dict[TopicPartition, int] = {}
        """The next offset of each partition: our position, and from then on what comes after all that was taken in."""
        self._cut_off = asyncio.Event()
        self._given_up: asyncio.Future[None]
        """Fails with what nothing here tries again, and is done once this client of Kafka is over: then nothing more is taken in."""

    async def run(self) -> None:
        """Read until cancelled; a Kafka that is not there is waited for."""
        backoff = Backoff(self._lane)
        while True:
            try:
                with self._health.watch(self._part):
                    broker = await self._start()
                try:
                    await self._until_another_log()
                except Exception as error:
                    self._health.broken(self._part, type(error).__name__)  # before the stop, which may take its time
                    raise
                finally:
                    self._given_up.cancel()
                    await self._stop(broker)
            except Exception as error:  # noqa: BLE001 -- Kafka or the database is not there, or not ready yet: wait for it
                self._health.broken(self._part, type(error).__name__)
                await backoff.wait_after(error)
            else:
                backoff.reset()

    async def _until_another_log(self) -> None:
        """Return when the log behind the address is a new one or may be: a consumer does not notice, and would skip its beginning.

        Raises what it was given up for: aiokafka reads no more after some faults, and FastStream goes on with the next batch after any.
        """
        # The log was asked for before it connected: that it is still the same says which one it is connected to.
        if self._settings.kafka_embedded and await self._watch.ask() == self._positions.log_id:
            self._at_ours.set()
        ends: list[asyncio.Future[Any]] = [
            asyncio.create_task(self._watch.other_than(self._positions.log_id)),
            asyncio.create_task(self._cut_off.wait()),
            asyncio.create_task(self._listen_to_leaders()),
            self._given_up,
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        if not self._given_up.cancelled():
            self._given_up.result()
        log.warning("another_log", consumer=self.name)

    async def _listen_to_leaders(self) -> None:
        """Say when one answers nothing: aiokafka goes on asking it without a word, and the others' records keep coming."""
        part, heard = f"{self._part}: leaders", monotonic()
        while True:
            await asyncio.sleep(SILENT_SECONDS / 10)
            if self._busy.locked() or not self._at_ours.is_set() or self._all_answer():
                heard = monotonic()
                self._health.ok(part)
            elif monotonic() - heard > SILENT_SECONDS:
                self._health.broken(part, "NoAnswer")

    def _all_answer(self) -> bool:
        consumer, since = self._subscriber.consumer, time() - SILENT_SECONDS
        return all((consumer.last_poll_timestamp(partition) or 0) / 1000 > since for partition in consumer.assignment())

    async def _start(self) -> KafkaBroker:
        self._positions = Positions(self.name, await self._watch.ask())
        servers = self._settings.kafka.split(",")  # FastStream takes a text for one server
        self._next = {}
        self._given_up = asyncio.get_running_loop().create_future()
        give_up = partial(_fail, self._given_up)  # this reader's own: what outlives its stop says nothing of the next
        broker = KafkaBroker(
            servers,
            allow_auto_create_topics=False,
            middlewares=[partial(_Unskipped, give_up=give_up)],
            logger=None,
            request_timeout_ms=15_000,
            metadata_max_age_ms=kafka.NEW_TOPIC_WITHIN_MS,
            graceful_timeout=5,
        )
        group = kafka.group(self._service, self.name)
        self._at_ours.clear()
        topics, assignment = await self._assignment(group)
        self._subscriber = broker.subscriber(  # type: ignore[call-overload]  # its overloads know no unpacked arguments
            *topics,
            **assignment,
            group_id=group,
            batch=True,
            max_records=MAX_RECORDS,
            batch_timeout_ms=kafka.BATCH_WAIT_MS,
            fetch_max_wait_ms=kafka.EMBEDDED_FETCH_WAIT_MS[self._lane] if self._settings.kafka_embedded else kafka.FETCH_WAIT_MS,
            ack_policy=AckPolicy.MANUAL,
            parser=self._whole,
            decoder=_raw,
            **kafka.CONSUMER,
        )
        self._subscriber(self._take)
        try:
            await broker.start()
        except BaseException:  # also when the start is cut short: what it has opened is closed
            await self._stop(broker)
            raise
        self._cut_off = kafka.cut_off(self._subscriber.consumer._client, self._settings)  # noqa: SLF001 -- nothing public tells of it
        kafka.tell_of_faults(self._subscriber.consumer, give_up)
        return broker

    async def _stop(self, broker: KafkaBroker) -> None:
        consumer = self._subscriber.consumer
        left = [consumer._fetcher.close, consumer._client.close] if consumer and consumer._fetcher else []  # noqa: SLF001 -- as in `kafka.reading`
        await kafka.end(broker.stop, *left, broker.config.disconnect)

    async def _assignment(self, group: str) -> tuple[Sequence[str], dict[str, Any]]:
        """Groups do not work on the embedded broker (a second member breaks one): there this consumer takes all partitions itself."""
        if not self._settings.kafka_embedded:
            membership = f"{group}.{self._settings.replica}"  # static: a restart moves no partition (T22)
            return self._topics, {"listener": self, "group_instance_id": membership, "session_timeout_ms": 45_000}
        partitions = [TopicPartition(topic, n) for topic in self._topics for n in range(catalogue.topic(topic).partitions)]
        await self._align(group, partitions)
        return (), {"partitions": [Assigned(partition.topic, partition.partition) for partition in partitions]}

    async def _align(self, group: str, partitions: Sequence[TopicPartition]) -> None:
        """Set the group's offsets to ours before anybody reads, for an assigned consumer starts where they say."""
        async with kafka.reading(self._settings, *partitions, group=group) as consumer:
            await consumer.commit(await self.stored(partitions))

    async def stored(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Our positions in these partitions; raises the database's error."""
        async with self._engine.connect() as connection:
            return await self._positions.load(connection, partitions)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Go to our positions: a database restored to yesterday must read yesterday's records again (T19)."""
        backoff = Backoff(self._lane)
        while True:
            try:
                with self._health.watch(self._part):
                    self._next = await self._within_the_log(await self.stored(assigned))
                    for partition, position in self._next.items():
                        self._subscriber.consumer.seek(partition, position)
            except Exception as error:  # noqa: BLE001 -- reading from a wrong position would skip records: wait for the database
                await backoff.wait_after(error)
            else:
                return self._at_ours.set()

    async def _within_the_log(self, stored: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
        """These positions; from the beginning where a log ends before ours: a broker lost its tail, or the topic was made anew.

        What stands there since has offsets that we have read already, and would be skipped; what we have seen, the inbox drops.
        """
        ends = dict(zip(stored, await asyncio.gather(*map(self._end, stored)), strict=True))
        cut = {partition: 0 for partition, position in stored.items() if position > ends[partition]}
        if cut:
            await self._begin_anew(cut)
        return stored | cut

    async def _begin_anew(self, partitions: Collection[TopicPartition]) -> None:
        """Forget our positions in these, for as long as it takes: whoever reads next would trust them, once the log has grown past them."""
        backoff = Backoff(self._lane)
        while True:
            try:
                async with self._engine.begin() as connection:
                    await self._positions.forget(connection, partitions)
            except Exception as error:  # noqa: BLE001 -- see above
                self._health.broken(self._part, type(error).__name__)
                await backoff.wait_after(error)
            else:
                log.error("log_cut_short", consumer=self.name, topics=sorted({partition.topic for partition in partitions}))
                return

    async def _end(self, partition: TopicPartition) -> float:
        """Where it ends; nowhere as long as it has no leader, who alone could say so: the others are read meanwhile."""
        try:
            async with asyncio.timeout(END_SECONDS):
                return int((await self._subscriber.consumer.end_offsets([partition]))[partition])
        except (KafkaError, TimeoutError):
            return math.inf

    async def on_partitions_revoked(self, _revoked: Collection[TopicPartition]) -> None:
        """Wait until no batch is being processed: a partition is handed over with its offset committed (T20)."""
        self._at_ours.clear()
        self._generation = object()
        async with self._busy:
            pass

    async def _whole(self, records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
        """A batch as it came: FastStream's own parser fails on a header that is no UTF-8, and obeys one that asks for an answer (D82)."""
        if self._settings.kafka_embedded:  # nobody seeks there: it reads from our positions from the start, once it is known in which log
            await self._at_ours.wait()
        self._read_in = self._generation if self._at_ours.is_set() else None
        return KafkaMessage(records, b"", consumer=self._subscriber.consumer)

    async def _take(self, message: KafkaMessage) -> None:
        async with self._busy:
            if self._given_up.done() or self._read_in is not self._generation:
                return  # it was read before a seek to our positions, after which all of it that is still to come comes again
            await self._follow_the_log(message.raw_message)
            telemetry.CONSUMED.labels(self._service, self.name).inc(len(message.raw_message))
            with work_of(self._lane):
                await self._through(message.raw_message)
            self._next |= after(message.raw_message)

    async def _follow_the_log(self, records: Sequence[ConsumerRecord]) -> None:
        """Raise `LogCutShort` when these lie before what comes next: the log ended there, and aiokafka has gone to its beginning."""
        first = {TopicPartition(record.topic, record.partition): record.offset for record in reversed(records)}
        if cut := [partition for partition, offset in first.items() if offset < self._next.get(partition, 0)]:
            await self._begin_anew(cut)
            raise LogCutShort

    async def _through(self, records: Sequence[ConsumerRecord]) -> None:
        while records:
            await self._fuse.hold()
            done = await self._until_committed(records[:1] if self._fuse.blown else records)
            await self._commit_offsets(records[:done])
            records = records[done:]

    async def _until_committed(self, records: Sequence[ConsumerRecord]) -> int:
        """Make them take effect, or as many as the fuse lets through; returns how many."""
        backoff = Backoff(self._lane)
        while True:
            try:
                async with self._engine.begin() as connection:
                    committed = await self._process(connection, records, self._positions.log_id, self._fuse.failed)
                    await self._positions.store(connection, after(records))
            except Blown as blown:
                records = records[: blown.done]
            except Exception as error:  # noqa: BLE001 -- order allows no skipping: whatever it is, this batch is tried again
                self._health.broken(self._part, type(error).__name__)
                await backoff.wait_after(error)
            else:
                self._fuse.learn(committed())
                if not self._fuse.blown:
                    self._health.ok(self._part)
                return len(records)

    async def _commit_offsets(self, records: Sequence[ConsumerRecord]) -> None:
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._subscriber.consumer.commit(after(records))
        except (TimeoutError, KafkaError) as error:  # the position in the database is the one that counts
            log.info("offset_commit_failed", consumer=self.name, fault=type(error).__name__)


async def _raw(message: KafkaMessage) -> Any:
    """Without a decoder of ours FastStream would parse every body before the handler (T27)."""
    return message.body


class EndedByItself(Exception):
    """What reads, or takes a batch in, ended as if it were cancelled, which nobody had asked for."""


class LogCutShort(Exception):
    """The log ends before our position, so that aiokafka has gone to its beginning: another reader begins there as well."""


def _fail(given_up: asyncio.Future[None], error: BaseException) -> None:
    """Let a reader end and another begin at our positions, so that no batch is passed over: whatever failed, and whoever was cancelled."""
    if not given_up.done():
        given_up.set_exception(error if isinstance(error, Exception) else EndedByItself())


class _Unskipped(BaseMiddleware):
    """Tells whatever escapes while a batch is taken in: FastStream drops every exception, and its batch with it."""

    def __init__(self, batch: Any, /, *, context: Any, give_up: Callable[[BaseException], None]) -> None:
        super().__init__(batch, context=context)
        self._give_up = give_up

    async def after_processed(self, _kind: object = None, fault: BaseException | None = None, _trace: object = None) -> bool:
        """Tell it, when anything failed."""
        if fault is not None:
            self._give_up(fault)
        return False
