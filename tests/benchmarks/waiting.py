"""What a service needs of memory when 500,000 records wait for it: each service by itself, from its start until it has worked through all.

The figure is the kernel's own mark of the most that a process ever held (VmHWM), shared pages and all: no sample misses a peak.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from passend_contracts import catalogue
from passend_contracts.catalogue import Service
from passend_contracts.envelope import Envelope, encode

from tests.benchmarks import region_life
from tests.benchmarks.form import Form
from tests.benchmarks.load import HEADERS, plain
from tests.benchmarks.region_life import Told, numbered
from tests.benchmarks.served import served
from tests.benchmarks.table import Aim, Row
from tests.builders.events import BOARD, a_case_escalated, a_case_opened, a_parents_consulted, a_support_requested
from tests.pairs.pair import Pair

WAITING = 500_000
AT_ONCE = 5_000
AIM = Aim("≤", 200)
"""Megabytes."""

POSITIONS = "SELECT topic, partition, next_offset FROM consumer_offset"
ARRIVED = "SELECT count(*) FROM arrival WHERE handled_at IS NULL"


def _endless(topic: str, invent: Callable[[], Envelope]) -> Callable[[], Iterator[Told]]:
    return lambda: ((topic, invent()) for _ in iter(int, 1))


def _consulted() -> Iterator[Told]:
    while True:
        request = a_support_requested(producer="intake")
        told = (request, a_parents_consulted(request.subject, producer="intake"))
        yield from numbered(("school.cases.v1", event) for event in told)


WAIT: Mapping[Service, Callable[[], Iterator[Told]]] = {
    "intake": _endless(catalogue.from_topic(BOARD), a_support_requested),
    "jgt_bridge": _consulted,
    "placement": _endless("guard.cases.v1", a_case_opened),
    "notify": _endless("guard.cases.v1", a_case_escalated),
    "console": region_life.told,
}
"""What waits for each service, on topics that it reads."""


async def measured(service: Service, pair: Pair, form: Form) -> list[Row]:
    """Megabytes at most, once; beside it the same service with nothing to read."""
    async with pair.for_one_test() as fresh, served(fresh, service, f"services.{service}") as (process, _):
        idle = _most(process.pid)
    waiting = form.load(WAITING)
    async with pair.for_one_test() as fresh:
        topics = await _put(fresh.kafka, islice(WAIT[service](), waiting))
        async with served(fresh, service, f"services.{service}", quiet=True) as (process, _):  # a line per event and more
            await _through(fresh, service, topics)
            busy = _most(process.pid)
    return [Row(f"{service}, {waiting:,} records waiting, memory at most", "MB", [busy], "nothing to read", [idle], aims=(AIM,))]


def _most(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found, "the kernel does not say how much memory a process held at most"
    return int(found[1]) * 1024 / 1e6


async def _put(broker: str, told: Iterator[Told]) -> set[str]:
    """Put all of it there; returns the topics."""
    topics = set()
    async with AIOKafkaProducer(bootstrap_servers=broker, acks="all", enable_idempotence=True, linger_ms=5) as producer:
        while part := list(islice(told, AT_ONCE)):
            sent = [await producer.send(topic, encode(event), key=event.subject.encode(), headers=HEADERS) for topic, event in part]
            for acknowledged in sent:
                await acknowledged
            topics |= {topic for topic, _ in part}
    return topics


async def _through(pair: Pair, service: str, topics: set[str]) -> None:
    """Wait until it has read all, and all that came through its door has taken effect."""
    partitions = [TopicPartition(topic, n) for topic in topics for n in range(catalogue.topic(topic).partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=pair.kafka) as consumer:
        first, end = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    wanted = {(each.topic, each.partition): end[each] for each in partitions if end[each] > first[each]}
    database = await asyncpg.connect(plain(pair.database_url(service)))
    try:
        while await _behind(database, wanted):  # noqa: ASYNC110 -- a row wakes nobody
            await asyncio.sleep(1)
    finally:
        await database.close()


async def _behind(database: asyncpg.Connection, wanted: Mapping[tuple[str, int], int]) -> bool:
    read = {(row["topic"], row["partition"]): row["next_offset"] for row in await database.fetch(POSITIONS)}
    return any(read.get(place, 0) < end for place, end in wanted.items()) or bool(await database.fetchval(ARRIVED))
