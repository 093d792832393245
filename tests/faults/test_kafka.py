"""Kafka that is away: the door goes on taking events in, the service says what it waits for, and all goes out when it is back."""

from random import Random

import pytest

from tests.faults import kafka
from tests.faults.load import a_case, a_crisis
from tests.faults.scene import Scene
from tests.faults.senders import CRISES, SCHOOL

pytestmark = pytest.mark.real_broker("a log that is kept when the broker is killed")

BATCHES, CASES_A_BATCH = 10, 150
HANDLED = "SELECT NOT EXISTS (SELECT FROM arrival WHERE handled_at IS NULL AND lane = 'cases')"


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


@pytest.mark.long
async def test_when_it_is_back_crises_go_first_though_they_came_last(intake: Scene) -> None:
    random = Random(intake.seed + 1)
    crises = [a_crisis(random) for _ in range(5)]
    async with intake.under_load("10 Kafka back, crises behind all that waited") as load:
        await load.reached(50)
        await intake.pair.kill_broker()
        await intake.service.broken("relay")
        for _ in range(BATCHES):
            cases = [a_case(random) for _ in range(CASES_A_BATCH)]
            await intake.board.send_at_once([event for case in cases for event in case.events])
            load.took(*cases)
        await intake.database.until(HANDLED)
        waiting = load.count
        for crisis in crises:
            await intake.board.send(crisis.events[0])
            load.took(crisis)
        await intake.service.broken("relay crises")
        await intake.pair.start_broker()
    last_crisis = max(record.timestamp for record in await kafka.read(intake.pair.kafka, CRISES))
    behind = sum(record.timestamp > last_crisis for record in await kafka.read(intake.pair.kafka, SCHOOL))
    assert behind > waiting // 2
