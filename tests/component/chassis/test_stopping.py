"""A service that is told to stop does so, whatever it waits for."""

import asyncio

import asyncpg
import pytest

from services.chassis import kafka
from tests.component.chassis import ledger
from tests.component.chassis.ledger import Faults
from tests.component.conftest import settings_of
from tests.component.facts import until_there
from tests.pairs.pair import Pair
from tests.running import PATIENCE

WAITED_FOR = "SELECT 1 FROM pg_locks WHERE relation = 'consumer_offset'::regclass AND NOT granted"


@pytest.mark.real_broker("partitions are assigned to a group there")
async def test_it_stops_while_the_database_does_not_say_where_it_was(pair: Pair, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "STOP_SECONDS", 1.0)
    pair.prepare(ledger.NAME, ledger.MIGRATIONS)
    app = ledger.build(faults)(settings_of(pair, ledger.NAME))
    connection = await asyncpg.connect(pair.database_url(ledger.NAME).replace("+asyncpg", ""))
    try:
        async with connection.transaction(), asyncio.timeout(2 * PATIENCE):
            await connection.execute("LOCK TABLE consumer_offset IN ACCESS EXCLUSIVE MODE")
            async with app.router.lifespan_context(app):
                await until_there(pair, ledger.NAME, WAITED_FOR)
    finally:
        await connection.close()
