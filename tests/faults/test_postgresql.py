"""PostgreSQL that breaks off or is away: the door says yes only to what is committed, and all goes on without a hand."""

import pytest
from passend_contracts.envelope import encode

from tests.builders.events import a_support_requested
from tests.faults.scene import Scene

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

LATE = "INSERT INTO outbox (lane, topic, key, type, body) VALUES ('cases', 'dlq.intake.v1', 'late', 'dead-letter', 'late')"
"""Takes the next number of the outbox, which is then the lowest of all that commit before it."""
OPEN_FOR = """
    SELECT max(clock_timestamp() - xact_start) > make_interval(secs => $1) FROM pg_stat_activity WHERE datname = current_database()
"""
TERMINATE = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@pytest.mark.long
async def test_connections_that_are_killed_again_and_again(intake: Scene) -> None:
    async with intake.under_load("17 PostgreSQL's connections killed five times") as load:
        for times in range(1, 6):
            await load.reached(40 * times)
            await intake.database.value(TERMINATE)
    assert {202} <= intake.board.answers.keys() <= {200, 202, 503}  # 503 for whoever asked at that very moment, if anybody did


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


@pytest.mark.long
async def test_restarted_and_then_read_only_for_a_while(intake: Scene) -> None:
    async with intake.under_load("17 PostgreSQL restarted, then read-only for a while") as load:
        await load.reached(50)
        await intake.pair.restart_database()
        await load.reached(load.count + 50)
        asked = intake.board.answers[503]
        async with intake.pair.databases.read_only():
            await intake.board.answered(503, times=asked + 50)
            await intake.service.broken("relay", "arrivals")
            accepted = load.count
            await intake.board.answered(503, times=intake.board.answers[503] + 50)
            assert load.count == accepted
    assert {202, 503} <= intake.board.answers.keys() <= {200, 202, 503}


async def test_its_disk_is_full_for_a_while(intake: Scene) -> None:
    async with (
        intake.pair.databases.on_a_small_disk("intake") as disk,
        intake.under_load("17 PostgreSQL's disk full for a while") as load,
    ):
        await load.reached(50)
        await disk.fill()
        await intake.board.answered(503, times=20)
        await intake.service.broken("arrivals")
        await disk.free()
        await load.reached(load.count + 50)
    assert {202, 503} <= intake.board.answers.keys() <= {200, 202, 503}


@pytest.mark.parametrize("seconds", [5, pytest.param(180, marks=pytest.mark.long)])
async def test_a_transaction_that_stays_open_holds_nobody_up_and_what_it_tells_late_goes_out(intake: Scene, seconds: int) -> None:
    await intake.service.start()
    async with intake.under_load(f"20 a transaction open for {seconds} s that took an early number", start=False) as load:
        await load.reached(50)
        async with intake.database.transaction(LATE):
            for passed in range(5, seconds + 1, 5):
                await intake.database.until(OPEN_FOR, passed)
        assert intake.service.said.count("case_opened") > load.count // 10, "the others went on"
    assert [letter.value for letter in await intake.dead_letters()] == [b"late"]


async def test_before_its_tables_are_there_the_door_says_come_back(intake: Scene) -> None:
    async with intake.database.migration_held_up():
        intake.service.spawn()
        await intake.service.answers()
        assert await intake.board.post(encode(a_support_requested())) == 503
