"""A database that was put back to an earlier moment knows less than the topics: what this service told since is taken from there.

Without this its numbers would be given a second time, to other events, and what it tells again might come out differently.
"""

import asyncio
from collections import ChainMap, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from passend_contracts import catalogue
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import Envelope, Invalid, decode_kafka
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import doors, kafka, outbox
from services.chassis.outbox import Topics
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.transaction import S

CASES_AT_ONCE = 200
LOOK_BACK = 50
"""Records at the end of each partition: the last one may be another writer's, or a copy of what was told long ago."""
SILENCE_SECONDS = 30.0
MARGIN = timedelta(hours=1)
"""How much earlier than the last thing it remembers to have published a restored service begins to read: more than clocks differ."""

ALONE = text("SELECT pg_advisory_lock(2803)")
NEXT = text("SELECT pg_advisory_unlock(2803)")
LAST_PUBLISHED = text("SELECT max(published_at) FROM (SELECT published_at FROM outbox ORDER BY n DESC LIMIT 100000) AS newest")
"""Of the newest rows only, for a whole outbox takes too long to read; none of them published means that all is read."""

log = structlog.get_logger()


async def compare(service: Service[S], engine: AsyncEngine, settings: Settings) -> None:
    """Take over from the topics what the database has forgotten: as a rule nothing.

    Safe to do again, and replicas take turns. Raises `KafkaError`, `TimeoutError` or the database's errors; nobody may have published
    anything since the database was put back.
    """
    async with _alone(engine) as connection, kafka.reading(settings) as consumer:
        begins, ends = await _bounds(consumer, service)
        newest = {partition: max(end - LOOK_BACK, begins[partition]) for partition, end in ends.items() if end > begins[partition]}

        async def told(start: Offsets) -> list[Said]:
            return [said async for said in _told(service, _records(consumer, start, ends))]

        last = await told(newest)
        if not await _is_behind(connection, service, last):
            return
        since = (await connection.execute(LAST_PUBLISHED)).scalar_one()
        log.warning("database_restored", remembers_until=since and since.isoformat())
        late = await told(await _since(consumer, since - MARGIN, newest, ends)) if since else []
        await _take_back(service, engine, late or await told({partition: begins[partition] for partition in newest}))


@asynccontextmanager
async def _alone(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection of which the replicas have one at a time; no transaction, for reading may take long."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(ALONE)
        try:
            yield connection
        finally:
            await connection.execute(NEXT)


Offsets = Mapping[TopicPartition, int]
Said = tuple[str, Envelope, int]
"""A topic, what this service told there, and when, in milliseconds since 1970."""


async def _bounds(consumer: AIOKafkaConsumer, service: Service[S]) -> tuple[Offsets, Offsets]:
    """Where the partitions begin and end to which this service writes. Asked for together, or each topic costs a turn of its own.

    A topic that is not there yet has nothing to tell, and is waited for by none of the others.
    """
    there = await consumer.topics()
    own = [topic.name for topic in catalogue.TOPICS.values() if topic.writer == service.name]
    addressed = [catalogue.to_topic(party, lane) for party, lane in service.region.lanes()]
    topics = [
        [TopicPartition(name, n) for n in range(catalogue.topic(name).partitions)]
        for name in (*own, *addressed, catalogue.dlq_topic(service.name))
        if name in there
    ]
    ends = await asyncio.gather(*map(consumer.end_offsets, topics))
    begins = await asyncio.gather(*map(consumer.beginning_offsets, topics))
    return dict(ChainMap(*begins)), dict(ChainMap(*ends))


async def _since(consumer: AIOKafkaConsumer, moment: datetime, partitions: Iterable[TopicPartition], ends: Offsets) -> Offsets:
    milliseconds = int(moment.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, milliseconds))
    return {partition: at.offset if at else ends[partition] for partition, at in found.items()}


async def _records(consumer: AIOKafkaConsumer, start: Offsets, ends: Offsets) -> AsyncIterator[ConsumerRecord]:
    """All records from these offsets to the ends; raises `TimeoutError` when Kafka falls silent before."""
    if not start:
        return
    consumer.assign(list(start))
    for partition, offset in start.items():
        consumer.seek(partition, offset)
    left = {partition for partition, offset in start.items() if offset < ends[partition]}
    while left:
        async with asyncio.timeout(SILENCE_SECONDS):
            while not (batch := await consumer.getmany(timeout_ms=200)):
                pass
        for records in batch.values():
            for record in records:
                yield record
        left = {partition for partition in left if await consumer.position(partition) < ends[partition]}


async def _told(service: Service[S], records: AsyncIterator[ConsumerRecord]) -> AsyncIterator[Said]:
    """Those of them that this service told about a case."""
    async for record in records:
        try:
            event = decode_kafka(record.key, record.value, record.headers)
        except Invalid:  # another writer's, or a dead letter as it came
            continue
        if event.producer == service.name and (event.sequence or "").isdigit():
            yield record.topic, event, record.timestamp


def _lane(service: Service[S], topic: str) -> Lane:
    """The lane whose lock has the numbers of a topic: what goes straight through the door of crises has its own."""
    lane = catalogue.topic(topic).lane
    return lane if lane in service.door_lanes else "cases"


async def _is_behind(connection: AsyncConnection, service: Service[S], last: Sequence[Said]) -> bool:
    for lane in service.lanes:
        ours = [(topic, event) for topic, event, _ in last if _lane(service, topic) == lane]
        known = await outbox.numbers(connection, {event.subject for _, event in ours}, lane)
        if any(int(event.sequence or 0) > known.get(event.subject, {}).get(topic, 0) for topic, event in ours):
            return True
    return await outbox.told_otherwise(connection, [(topic, event) for topic, event, _ in last])


async def _take_back(service: Service[S], engine: AsyncEngine, said: Sequence[Said]) -> None:
    told: dict[Lane, dict[str, Topics]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    for topic, event, _ in said:  # of several copies the first counts, as for every reader
        told[_lane(service, topic)][event.subject][topic].setdefault(event.id, int(event.sequence or 0))
    async with engine.begin() as connection:  # all or nothing: numbers that were raised are what the next comparison goes by
        await doors.close(connection)
        for lane, cases in told.items():
            in_order = sorted(cases.items())
            for first in range(0, len(in_order), CASES_AT_ONCE):
                await outbox.remember(connection, dict(in_order[first : first + CASES_AT_ONCE]), lane)
        await _take_in_again(service, connection, said)
    log.warning("taken_from_the_topics", cases=sum(map(len, told.values())), events=len(said))


async def _take_in_again(service: Service[S], connection: AsyncConnection, said: Sequence[Said]) -> None:
    """What parties sent over HTTP stands on our topic only: it comes through the door again, before what came in meanwhile."""
    in_order = sorted(said, key=lambda each: each[2])
    newest = datetime.fromtimestamp(in_order[-1][2] / 1000, UTC)
    for party in service.parties:
        own = {event.id: replace(event, sequence=None, producer=None) for _, event, _ in in_order if party.owns(event.source)}
        await doors.take_in(connection, [(event, party) for event in own.values()], newest)
    await doors.line_up_again(connection, newest)
