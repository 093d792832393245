"""Code that fails for one case, for every case, or while it sets something aside: only what fails waits, and nothing is lost."""

from random import Random

import pytest

from services.chassis.fuse import CASES_IN_A_ROW
from tests.faults.load import a_case
from tests.faults.scene import Scene
from tests.faults.senders import Intake

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

CASE = "9d1f5f0e-5d47-4a9b-8e60-1c7d9a2f4b03"
POSITION = "SELECT coalesce(sum(next_offset), 0) FROM consumer_offset WHERE consumer = 'main'"


async def test_one_case_that_fails_waits_with_all_that_follows_in_it(jgt_bridge: Scene) -> None:
    poisoned = a_case(Random(jgt_bridge.seed))  # the first that the load will send
    await jgt_bridge.service.start()
    async with jgt_bridge.under_load("13 code that fails for one case", start=False) as load:
        async with jgt_bridge.database.refusing("INSERT ON referral", when=f"NEW.case_id = '{poisoned.id}'"):
            await jgt_bridge.operator.until_parked(poisoned.id, len(poisoned.events))
            await load.reached(load.count + 100)
            assert await jgt_bridge.operator.parked() == {poisoned.id: len(poisoned.events)}
            assert jgt_bridge.service.said.count("case_parked") == 1
        await jgt_bridge.operator.release(poisoned.id)


async def test_a_bad_deploy_blows_the_fuse_and_loses_nothing(jgt_bridge: Scene) -> None:
    await jgt_bridge.service.start()
    async with jgt_bridge.under_load("14 code that fails for every case", start=False) as load:
        await load.reached(50)
        async with jgt_bridge.database.refusing("INSERT OR UPDATE ON referral"):
            await jgt_bridge.service.until_said("consumer main", "FuseBlown")
            await load.reached(load.count + 150)
            parked = await jgt_bridge.operator.parked()
            assert CASES_IN_A_ROW <= len(parked) < CASES_IN_A_ROW + 10
        await jgt_bridge.service.ready()
        load.parked |= (await jgt_bridge.operator.parked()).keys()
        for case in load.parked:
            await jgt_bridge.operator.release(case)


async def test_a_dead_letter_that_cannot_be_kept_stops_its_partition_and_is_not_passed(jgt_bridge: Scene) -> None:
    assert isinstance(jgt_bridge.sender, Intake)
    await jgt_bridge.service.start()
    async with jgt_bridge.under_load("15 a dead letter that cannot be kept", start=False) as load:
        await load.reached(50)
        async with jgt_bridge.database.refusing("INSERT ON dead_letter"):
            await jgt_bridge.sender.put(b"{", CASE)
            await jgt_bridge.service.broken("consumer main")
            stopped = await jgt_bridge.database.value(POSITION)
            await load.reached(load.count + 50)
            assert await jgt_bridge.database.value(POSITION) == stopped
        await jgt_bridge.service.ready()
    assert [letter.value for letter in await jgt_bridge.dead_letters()] == [b"{"]
