"""Kafka that is away: the door goes on taking events in, the service says what it waits for, and all goes out when it is back."""

import pytest

from tests.faults.scene import Scene

pytestmark = pytest.mark.real_broker("a log that is kept when the broker is killed")


async def test_while_it_is_away_the_door_takes_events_in_and_the_service_can_be_stopped_and_started(intake: Scene) -> None:
    async with intake.under_load("10 Kafka killed, the service stopped and started meanwhile") as load:
        await load.reached(50)
        await intake.pair.kill_broker()
        await intake.service.broken("kafka")
        await load.reached(load.count + 50)
        await intake.service.end()
        intake.service.spawn()
        await intake.service.broken("kafka", "relay", "consumer main", "consumer door")
        await load.reached(load.count + 50)
        await intake.pair.start_broker()
    assert intake.board.answers.keys() <= {0, 200, 202, 503}  # 0 and 503 while the service itself was away


@pytest.mark.long
async def test_a_service_that_kept_running_goes_on_when_it_is_back(intake: Scene) -> None:
    async with intake.under_load("10 Kafka killed, and back") as load:
        await load.reached(50)
        await intake.pair.kill_broker()
        await intake.service.broken("kafka")
        await load.reached(load.count + 50)
        await intake.pair.start_broker()
    assert intake.board.answers.keys() == {202}
