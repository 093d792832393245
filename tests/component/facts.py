"""What a test waits for or looks up: events about certain cases on a topic, and rows of a service's own database."""

import asyncio
from collections.abc import Iterable, Sequence

import asyncpg
from aiokafka import ConsumerRecord
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope, read_back
from passend_contracts.vocabulary import EventData

from tests.pairs.pair import Pair
from tests.running import PATIENCE, RunningService


async def told_about(service: RunningService, topic: str, kind: type[EventData], cases: Iterable[str], *, times: int = 1) -> list[Envelope]:
    """The events of this kind about these cases, once each case has at least so many."""
    awaited = set(cases)

    def about(records: Sequence[ConsumerRecord]) -> list[Envelope]:
        events = (read_back(record.value) for record in records)
        return [event for event in events if event.type == of(kind).type and event.subject in awaited]

    def enough(records: Sequence[ConsumerRecord]) -> bool:
        subjects = [event.subject for event in about(records)]
        return all(subjects.count(case) >= times for case in awaited)

    return about(await service.topics.records(topic, enough))


async def everything_kept(pair: Pair, service: str) -> list[asyncpg.Record]:
    """Every row of every table of the service."""
    tables = await rows(pair, service, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [row for table in tables for row in await rows(pair, service, f"SELECT * FROM {table['tablename']}")]


async def rows(pair: Pair, service: str, query: str) -> list[asyncpg.Record]:
    """What the service's own login finds in its database now."""
    connection = await asyncpg.connect(pair.database_url(service).replace("+asyncpg", ""))
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


async def until_there(pair: Pair, service: str, query: str) -> None:
    """Wait for a row: only where the service tells nobody of it."""
    async with asyncio.timeout(PATIENCE):
        while not await rows(pair, service, query):  # noqa: ASYNC110 -- a row in a table wakes nobody
            await asyncio.sleep(0.02)
