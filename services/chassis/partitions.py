"""Inbox and outbox grow by the month: partitions are made ahead and dropped whole after their retention, never row by row."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import database
from services.chassis.clock import Clock
from services.chassis.inbox import KEPT

EVERY_SECONDS = 3600.0
AHEAD = timedelta(days=70)
OUTBOX_KEPT = timedelta(days=60)
"""How long a published row stays, so that a lost log can be filled again."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Monthly:
    """A table partitioned by month, and for how long each month is kept. A month that is `needed` stays, whatever its age."""

    table: str
    by: str
    kept: timedelta
    needed: str = "false"


TABLES = (Monthly("inbox", '"time"', KEPT), Monthly("outbox", "written_at", OUTBOX_KEPT, needed="published_at IS NULL"))

EXISTING = text("""
    SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = CAST(:table AS regclass)
""")


async def keep(engine: AsyncEngine, now: datetime) -> None:
    """Make the months that come and drop those that are over; replicas take turns. A table in use for long is left for the next time.

    A month is over when both clocks say so, this service's and the database's: one that is wrong must not cost what happened today.
    """
    for monthly in TABLES:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(2802)"))
            await connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            await _keep(connection, monthly, now)


async def _keep(connection: AsyncConnection, monthly: Monthly, now: datetime) -> None:
    existing = set((await connection.execute(EXISTING, {"table": monthly.table})).scalars())
    wanted = {_name(monthly, start): (start, end) for start, end in _months(now - monthly.kept, now + AHEAD)}
    for name in sorted(wanted.keys() - existing):
        await _make(connection, name, monthly, *wanted[name])
    earliest = min(now, (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()) - monthly.kept
    for name in sorted(existing - {f"{monthly.table}_other"}):
        if name < _name(monthly, earliest):
            await _drop(connection, name, monthly)


def _name(monthly: Monthly, moment: datetime) -> str:
    """Of its month; names sort as their months do."""
    return f"{monthly.table}_{moment:%Y_%m}"


async def _make(connection: AsyncConnection, name: str, monthly: Monthly, start: datetime, end: datetime) -> None:
    """Make a month, with the rows that found no month before: a database of an earlier version, a clock that jumped."""
    table, by = monthly.table, monthly.by
    await connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)"))
    await connection.execute(
        text(f"""
            WITH moved AS (DELETE FROM {table}_other WHERE {by} >= '{start}' AND {by} < '{end}' RETURNING *)
            INSERT INTO {name} SELECT * FROM moved
        """)  # noqa: S608 -- our own names
    )
    await connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"))


async def _drop(connection: AsyncConnection, name: str, monthly: Monthly) -> None:
    needed = (await connection.execute(text(f"SELECT EXISTS (SELECT FROM {name} WHERE {monthly.needed})"))).scalar_one()  # noqa: S608 -- our own names
    if not needed:
        await connection.execute(text(f"DROP TABLE {name}"))
        log.info("month_dropped", partition=name)


def _months(first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of every month from the one to the other."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    return pairwise(datetime(n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in months)


async def keep_if_possible(engine: AsyncEngine, now: datetime) -> None:
    """What cannot be done now, as while somebody backs up, is done the next time: a row without its month still finds a place."""
    try:
        await keep(engine, now)
    except database.TRANSIENT as error:
        log.warning("months_left_for_later", fault=type(error).__name__)


async def keep_for_good(engine: AsyncEngine, clock: Clock) -> None:
    """Look every hour."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await keep_if_possible(engine, clock.now())
