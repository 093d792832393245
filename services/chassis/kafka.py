"""Kafka with the settings that lose nothing, in one place: whatever has a dangerous default is set here and nowhere else."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import ConnectionGroup
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from passend_contracts import catalogue
from passend_contracts.catalogue import Lane

from services.chassis.settings import Settings
from services.chassis.telemetry import Health

log = structlog.get_logger()

CONSUMER = {
    "auto_offset_reset": "earliest",  # T2: `latest` skips what came before the first start
    "isolation_level": "read_committed",
    "max_poll_interval_ms": 300_000,
    "max_partition_fetch_bytes": 1_048_576,
}
FETCH_WAIT_MS = 500
EMBEDDED_FETCH_WAIT_MS: dict[Lane, int] = {"cases": 50, "crises": 20}
"""How long a fetch waits for a record; a produce does not wake it on the embedded broker."""
EMBEDDED_LEAD = 1_000_000
"""Bytes that a relay may be ahead of the slowest platform reader of a partition: the embedded log keeps 5 MB, then evicts."""

BATCH_WAIT_MS = 10
"""How long a reader waits for a batch; after an empty one FastStream sleeps as long again, and hears nothing (T26).

At 100 an event met that sleep half of the time; 10 costs a service 1 % of a core while nothing happens.
"""

START_SECONDS = 10.0
"""How long a producer may take to start."""
STOP_SECONDS = 8.0
"""How long each part of a client may take to stop: longer than FastStream waits for a batch in hand."""

NEW_TOPIC_WITHIN_MS = 15_000
"""How long a reader may not know of a topic that was made, or made anew, after its start."""

_hash = lru_cache(maxsize=10_000)(murmur2)
"""Of a key: all clients of Kafka agree on it, aiokafka counts it in Python, and a case is told of more than once."""


def _partition(key: bytes, partitions: Sequence[int], _available: Sequence[int]) -> int:
    """Where Kafka's own default puts a key."""
    place: int = (_hash(key) & 0x7FFF_FFFF) % len(partitions)
    return partitions[place]


@asynccontextmanager
async def producer(settings: Settings) -> AsyncIterator[tuple[AIOKafkaProducer, asyncio.Event]]:
    """An idempotent producer that waits for all in-sync replicas (T1), and whether it was `cut_off`; stopped also when its start failed."""
    started = AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        acks="all",
        enable_idempotence=True,
        request_timeout_ms=15_000,
        max_batch_size=262_144,
        partitioner=_partition,
    )
    # By default a batch that finds no leader in time is dropped, and those after it are sent: whoever waits for both gives up himself.
    started._message_accumulator._batch_ttl = math.inf  # noqa: SLF001 -- nothing public keeps a batch
    _send_nothing_after_a_refusal(started._message_accumulator)  # noqa: SLF001 -- see there
    lost = cut_off(started.client, settings)
    try:
        async with asyncio.timeout(START_SECONDS):  # `start` alone asks for its number for ever, of a broker that went meanwhile
            await started.start()
        yield started, lost
    finally:
        # T10: `stop` alone waits until Kafka took what is pending; with Kafka away, a service could not even be stopped.
        await end(started._sender.close, started.stop)  # noqa: SLF001 -- nothing public gives a record up


def _send_nothing_after_a_refusal(accumulator: Any) -> None:
    """Let what waits for a partition fail with a batch that Kafka refused for good, instead of going out ahead of it.

    It is looked at where aiokafka takes out what it will send next; a batch that it tries again has not failed.
    """
    last: dict[TopicPartition, Any] = {}
    pop, drain = accumulator._pop_batch, accumulator.drain_by_nodes  # noqa: SLF001 -- nothing public takes a record back

    def popped(partition: TopicPartition) -> Any:
        last[partition] = pop(partition)
        return last[partition]

    def drained(*which: Any, **how: Any) -> Any:
        waiting = accumulator._batches  # noqa: SLF001
        for partition in [each for each in waiting if each in last and last[each].future.done() and last[each].future.exception()]:
            for batch in waiting.pop(partition):
                batch.failure(last[partition].future.exception())
                batch._drain_waiter.exception()  # noqa: SLF001 -- often nobody waits for this one
        return drain(*which, **how)

    accumulator._pop_batch, accumulator.drain_by_nodes = popped, drained  # noqa: SLF001


def cut_off(client: Any, settings: Settings) -> asyncio.Event:
    """Is set when this client of aiokafka loses a connection on the embedded broker: it makes no other, and has to be given up.

    That broker's log ends with its process, and a client by itself goes on in the next one without a word: what it had in hand would
    stand there ahead of all that has to come again, and what it read there it would take for the old log's.
    """
    lost, connect = asyncio.Event(), client._get_conn  # noqa: SLF001 -- nothing public tells of a lost connection or forbids another one

    async def unless_lost(node: object, **how: Any) -> Any:
        connection = client._conns.get((node, how.get("group", ConnectionGroup.DEFAULT)))  # noqa: SLF001
        if connection and not connection.connected():  # over, though nobody was told so yet: the client would make another in its place
            lost.set()
        return None if lost.is_set() else await connect(node, **how)

    def closed(_connection: object, _reason: object) -> None:
        lost.set()

    if settings.kafka_embedded:
        client._get_conn = unless_lost  # noqa: SLF001
        client._on_connection_closed = closed  # noqa: SLF001
        for connection in client._conns.values():  # noqa: SLF001
            connection._on_close_cb = closed  # noqa: SLF001
    return lost


def tell_of_faults(consumer: AIOKafkaConsumer, give_up: Callable[[BaseException], None]) -> None:
    """Say what this consumer fails with when it is asked for records: FastStream goes on to ask one that will never have any.

    Also what it fetches with may end, and then it has none for ever without a word.
    """
    getmany = consumer.getmany

    async def asked(**how: Any) -> Any:
        try:
            return await getmany(**how)
        except BaseException as error:
            give_up(error)
            raise

    consumer.getmany = asked
    fetching = consumer._fetcher.error_future  # noqa: SLF001 -- nothing public tells of its end
    fetching.add_done_callback(lambda ended: give_up((not ended.cancelled() and ended.exception()) or asyncio.CancelledError()))


@asynccontextmanager
async def reading(settings: Settings, *partitions: TopicPartition, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of these partitions for a moment, that joins nothing and commits nothing by itself."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        group_id=group,
        enable_auto_commit=False,
        fetch_max_wait_ms=EMBEDDED_FETCH_WAIT_MS["cases"],
        retry_backoff_ms=20,  # so long it waits for each topic of which it is asked first, and after a fault
    )
    if partitions:
        consumer.assign(partitions)
    try:
        await consumer.start()
        yield consumer
    finally:
        await end(consumer.stop, consumer._client.close)  # noqa: SLF001 -- a stop that is cut short leaves its client at work


async def end(*stops: Callable[[], Awaitable[None]]) -> None:
    """Stop what belongs to a client of Kafka, one after the other, each within its time.

    aiokafka's own stop may wait for ever for an answer, or for a database that a listener waits for; it may swallow a cancellation, and
    may be cancelled by nobody: it passes on that of a fetch which waits to be tried again.
    """
    for stop in stops:
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await stop()
        except (Exception, asyncio.CancelledError) as fault:  # noqa: BLE001 -- what is left has to stop as well
            log.info("not_stopped_in_order", fault=type(fault).__name__)
    if (task := asyncio.current_task()) and task.cancelling():
        raise asyncio.CancelledError


READER: Mapping[Lane, str] = {"cases": "main", "crises": "crises"}
"""The consumer of the platform's own topics in a lane, by which a relay measures its lead."""
DOOR: Mapping[Lane, str] = {"cases": "door", "crises": "crises-door"}
"""The consumer of the parties' from-topics in a lane."""


def group(service: str, consumer: str) -> str:
    """The consumer group of one consumer of a service; the relay's bounded lead knows the readers of a topic by it."""
    return f"passend.{service}.{consumer}"


async def log_id(settings: Settings) -> str:
    """The identity of the log behind the address: another one means a new and empty log. Raises `KafkaError` or `TimeoutError`."""
    async with asyncio.timeout(10):
        found = await (_first_record(settings) if settings.kafka_embedded else _cluster_id(settings))
        if (task := asyncio.current_task()) and task.cancelling():  # aiokafka swallows a cancellation that comes while a client closes
            raise asyncio.CancelledError
        return found


async def _first_record(settings: Settings) -> str:
    partition = TopicPartition(catalogue.LOG_ID_TOPIC, 0)
    async with reading(settings, partition) as consumer:
        consumer.seek(partition, 0)
        return str((await consumer.getone()).value.decode())


async def _cluster_id(settings: Settings) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        await admin.start()
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


LOG_CHECK_SECONDS = 3
PART = "kafka"


class LogWatch:
    """Asks, over and over, which log is behind the address: a running client tells neither that it is away nor that it is another one.

    Whether Kafka answers is a part of the service's health; who reads or writes begins anew when `seen` is another log than its own.
    """

    def __init__(self, settings: Settings, health: Health) -> None:
        self.settings = settings
        self.health = health
        self.seen = ""
        self._answered = asyncio.Condition()

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            with suppress(KafkaError, TimeoutError, OSError):  # the health says it
                await self.ask()
            await asyncio.sleep(LOG_CHECK_SECONDS)

    async def ask(self) -> str:
        """The id of the log that is there now; raises `KafkaError` or `TimeoutError`."""
        with self.health.watch(PART):
            self.seen = await log_id(self.settings)
        async with self._answered:
            self._answered.notify_all()
        return self.seen

    async def other_than(self, known: str) -> None:
        """Return when the log is not this one any more."""
        async with self._answered:
            await self._answered.wait_for(lambda: self.seen != known)
