"""PostgreSQL that breaks off or is away: the door says yes only to what is committed, and all goes on without a hand."""

import pytest
from passend_contracts.envelope import encode

from tests.builders.events import a_support_requested
from tests.faults.scene import Scene

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

TERMINATE = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_connections_that_are_killed_again_and_again(intake: Scene) -> None:
    async with intake.under_load("17 PostgreSQL's connections killed five times") as load:
        for times in range(1, 6):
            await load.reached(40 * times)
            await intake.database.value(TERMINATE)
    assert {503} < intake.board.answers.keys() <= {200, 202, 503}


async def test_away_at_the_start_and_killed_later(intake: Scene) -> None:
    await intake.pair.kill_database()
    intake.service.spawn()
    await intake.service.broken("database")
    async with intake.under_load("17 PostgreSQL away at the start, and killed later", start=False) as load:
        await intake.board.answered(503)
        await intake.pair.start_database()
        await load.reached(50)
        await intake.pair.kill_database()
        await intake.service.broken("relay", "arrivals")
        await intake.pair.start_database()
    assert intake.board.answers.keys() <= {200, 202, 503}


async def test_before_its_tables_are_there_the_door_says_come_back(intake: Scene) -> None:
    async with intake.database.migration_held_up():
        intake.service.spawn()
        await intake.service.answers()
        assert await intake.board.post(encode(a_support_requested())) == 503
