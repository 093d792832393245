"""Kafka that is away: the door goes on taking events in, the service says what it waits for, and all goes out when it is back."""

import pytest

from tests.faults.scene import Scene

pytestmark = pytest.mark.real_broker("a log that is kept when the broker is killed")


async def test_away_at_the_start_and_killed_later(intake: Scene) -> None:
    await intake.pair.kill_broker()
    intake.service.spawn()
    await intake.service.broken("kafka", "relay", "consumer main", "consumer door")
    async with intake.under_load("10 Kafka away at the start, and killed later", start=False) as load:
        await load.reached(50)
        await intake.pair.start_broker()
        await intake.service.ready()
        await intake.pair.kill_broker()
        await intake.service.broken("kafka")
        await load.reached(load.count + 50)
        await intake.pair.start_broker()
    assert intake.board.answers.keys() == {202}


async def test_told_to_stop_while_kafka_is_away_it_stops_and_its_next_start_goes_on(intake: Scene) -> None:
    async with intake.under_load("10 service told to stop while Kafka is away") as load:
        await load.reached(50)
        await intake.pair.kill_broker()
        await load.reached(load.count + 50)
        await intake.service.end()
        await intake.pair.start_broker()
        await intake.service.start()
    assert intake.board.answers.keys() <= {0, 200, 202, 503}
