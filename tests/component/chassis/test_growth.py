"""Tables that grow are kept by the month: made ahead, dropped whole, and a redelivery across a month's end has no second effect."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope
from passend_contracts.events import JGTReferralAccepted
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.chassis import lease, partitions
from services.chassis.inbox import KEPT
from services.intake import app as intake_app
from tests.builders.events import a_support_requested
from tests.component.chassis.conftest import Start
from tests.component.chassis.ledger import IN, NAME, OUT
from tests.component.chassis.test_deadlines import Clock
from tests.component.facts import rows
from tests.component.waiting import until
from tests.pairs.pair import Pair
from tests.running import PATIENCE, RunningService


async def told_of(service: RunningService, event: Envelope) -> int:
    """How many effects of this event were told, once one of a later event is; a record that a relay repeats counts once."""
    marker = a_support_requested()
    await service.deliver(IN, marker)
    events = await service.until(OUT, lambda told: marker.id in {each.data.get("referral") for each in told})
    return len({each.id for each in events if each.type == of(JGTReferralAccepted).type and each.data["referral"] == event.id})


async def test_a_redelivery_across_the_end_of_a_month_has_no_second_effect(start: Start, clock: Clock) -> None:
    file, begin = clock
    time = begin(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    async with start(clock=file) as service:
        event = a_support_requested(time=datetime(2026, 11, 30, 23, 58, tzinfo=UTC))
        await service.deliver(IN, event)
        time.set(datetime(2027, 1, 1, 0, 1, tzinfo=UTC))
        await service.deliver(IN, event)
        assert await told_of(service, event) == 1


async def test_months_are_made_ahead_and_dropped_after_their_retention(service: RunningService, pair: Pair) -> None:
    engine = create_async_engine(pair.database_url(NAME))
    connection = await asyncpg.connect(pair.database_url(NAME).replace("+asyncpg", ""))
    now = datetime.now(UTC)
    then = now - KEPT - timedelta(days=62)
    before = await _months(connection, "inbox")
    await _kept(engine, now + timedelta(days=62))
    assert f"inbox_{now + timedelta(days=62 + 60):%Y_%m}" in await _months(connection, "inbox") - before
    await _kept(engine, then)
    await connection.execute("INSERT INTO inbox VALUES ('source', 'id', $1)", then)
    await connection.execute(
        "INSERT INTO outbox (lane, topic, key, type, body, written_at) VALUES ('nobody', 't', 'k', 'y', 'b', $1)", then
    )
    await _kept(engine, now)
    assert f"inbox_{then:%Y_%m}" not in await _months(connection, "inbox")
    assert f"outbox_{then:%Y_%m}" in await _months(connection, "outbox"), "an unpublished row keeps its month"
    await connection.execute("UPDATE outbox SET published_at = clock_timestamp()")
    await _kept(engine, now)
    assert f"outbox_{then:%Y_%m}" not in await _months(connection, "outbox")
    await connection.close()
    await engine.dispose()


@pytest.mark.parametrize("years", [-26, 2], ids=["back", "ahead"])
async def test_a_clock_that_is_years_wrong_costs_no_month(years: int, service: RunningService, pair: Pair) -> None:
    engine = create_async_engine(pair.database_url(NAME))
    event = a_support_requested()
    await service.deliver(IN, event)
    await service.told(OUT, JGTReferralAccepted)
    await until(lambda: rows(pair, NAME, "SELECT FROM outbox WHERE published_at IS NULL"), lambda left: left == [], PATIENCE)
    await _kept(engine, datetime.now(UTC) + timedelta(days=365 * years))
    seen, told = "SELECT FROM inbox WHERE id = '{0}'", "SELECT FROM outbox WHERE key = '{1}'"
    assert [len(await rows(pair, NAME, query.format(event.id, event.subject))) for query in (seen, told)] == [1, 1]
    await engine.dispose()


@pytest.mark.real_broker("a relay that does not wait for readers")
async def test_rows_that_found_no_month_get_one_when_it_is_made(start: Start, clock: Clock) -> None:
    file, begin = clock
    time = begin(datetime(2026, 11, 9, tzinfo=UTC))
    async with start(clock=file) as service:
        time.set(datetime(2027, 4, 9, tzinfo=UTC))  # further than months are made ahead
        event = a_support_requested(time=datetime(2027, 4, 9, tzinfo=UTC))
        await service.deliver(IN, event)
        await service.told(OUT, JGTReferralAccepted)
    async with start(clock=file) as service:
        await service.deliver(IN, replace(event, sequence="000000000002"))
        assert await told_of(service, event) == 1


async def test_a_database_of_the_first_version_is_taken_on_with_its_rows(pair: Pair) -> None:
    engine = create_async_engine(pair.database_url("earlier"))
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, "0001")
        await connection.execute(text("INSERT INTO inbox VALUES ('source', 'id', now())"))
        await connection.execute(text("INSERT INTO outbox (topic, key, type, body) VALUES ('t', 'k', 'y', 'b')"))
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, "head")
    await partitions.keep(engine, datetime.now(UTC))
    async with engine.begin() as connection:
        now = f"{datetime.now(UTC):%Y_%m}"
        counts = await connection.execute(text(f"SELECT (SELECT count(*) FROM inbox_{now}), (SELECT count(*) FROM outbox_{now})"))
    assert tuple(counts.one()) == (1, 1)
    await engine.dispose()


def _upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(intake_app.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


async def test_an_event_of_the_future_is_set_aside(service: RunningService) -> None:
    ahead = a_support_requested(time=datetime.now(UTC) + timedelta(days=2))
    await service.deliver(IN, ahead)
    assert await told_of(service, ahead) == 0


async def test_an_event_that_is_older_than_the_inbox_remembers_is_set_aside(service: RunningService) -> None:
    old = a_support_requested(time=datetime(1970, 1, 1, tzinfo=UTC))
    await service.deliver(IN, old)
    assert await told_of(service, old) == 0
    [letter] = await service.topics.records("dlq.jgt_bridge.v1", bool)
    assert dict(letter.headers)["reasons"] == b"time-too-old"


async def _kept(engine: AsyncEngine, now: datetime) -> None:
    """Keep the months; as often as it takes, for the service at work may be in the way."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(DBAPIError):
                return await partitions.keep(engine, now)


async def _months(connection: asyncpg.Connection, table: str) -> set[str]:
    rows = await connection.fetch("SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::text::regclass", table)
    return {row["name"] for row in rows}


@pytest.mark.real_broker("a relay that does not wait for readers")
async def test_into_another_log_all_that_is_retained_is_told_again_part_by_part(
    start: Start, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "ROWS", 2)
    events = [a_support_requested() for _ in range(5)]
    async with start() as service:
        for event in events:
            await service.deliver(IN, event)
        await service.until(OUT, lambda told: len(told) == len(events))
        connection = await asyncpg.connect(pair.database_url(NAME).replace("+asyncpg", ""))
        await until(lambda: connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"), lambda left: left == 0, 20)
    await connection.execute("UPDATE relay_lease SET log_id = 'another'")
    await connection.close()
    async with start() as service:
        told = await service.until(OUT, lambda told: len(told) == 2 * len(events))
    assert set(Counter(event.id for event in told).values()) == {2}
