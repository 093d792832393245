"""Fifty times the load at once, with crises in the middle of it: they do not wait for it."""

from random import Random

import pytest

from tests.faults import kafka
from tests.faults.ledger import Ledger
from tests.faults.load import a_case, a_crisis
from tests.faults.scene import Scene
from tests.faults.senders import CRISES

pytestmark = [pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers"), pytest.mark.long]

BATCHES, CASES_A_BATCH = 10, 150
"""Some 5,000 events, which is what the load of these tests sends in fifty seconds."""
WAITING = "SELECT count(*) FROM arrival WHERE handled_at IS NULL AND lane = 'cases'"


async def test_crises_inside_a_burst(intake: Scene) -> None:
    random = Random(intake.seed + 1)
    crises = [a_crisis(random) for _ in range(20)]
    async with intake.under_load("25 a burst of fifty times the load, crises inside") as load:
        for _ in range(BATCHES):
            cases = [a_case(random) for _ in range(CASES_A_BATCH)]
            await intake.board.send_at_once([event for case in cases for event in case.events])
            load.took(*cases)
        for crisis in crises:
            await intake.board.send(crisis.events[0])
            load.took(crisis)
        assert await intake.database.value(WAITING) > 0, "the burst was over before the crises were"
    due = {(CRISES, crisis.id): intake.board.due(crisis)[CRISES] for crisis in crises}
    accepted = {crisis.events[0].id: load.accepted[crisis.events[0].id] for crisis in crises}
    told = await kafka.read(intake.pair.kafka, CRISES)
    intake.rows.append(Ledger(due, accepted, told).row("25 … the crises alone", leaked=0, seed=intake.seed))
    assert intake.row.faults == {}
