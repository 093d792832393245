"""A database is put back to an earlier moment: what it has forgotten still stands on the topics, and is taken from there."""

import pytest

from tests.faults.load import Load
from tests.faults.scene import Scene

pytestmark = [pytest.mark.real_broker("a log that is kept when the broker is killed"), pytest.mark.long]


async def test_a_reader_restored_to_an_earlier_moment_tells_nothing_twice_and_nothing_otherwise(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("18 a reader's database restored") as load:
        await _kept_and_gone_on(jgt_bridge, load)
        await jgt_bridge.end_and_restore()
        await jgt_bridge.service.start()


async def test_a_door_restored_to_an_earlier_moment_goes_on_with_its_cases_and_their_numbers(intake: Scene) -> None:
    async with intake.under_load("19 a door's database restored") as load:
        await _kept_and_gone_on(intake, load)
        async with load.held():  # what is accepted and not on a topic yet is lost with the database that has it
            await intake.all_done()
            await intake.end_and_restore()
        await intake.service.start()


async def test_a_door_that_is_killed_while_it_takes_back_does_all_of_it_again(intake: Scene) -> None:
    async with intake.under_load("19 a door's database restored, killed meanwhile") as load:
        await _kept_and_gone_on(intake, load)
        async with load.held():
            await intake.all_done()
            await intake.end_and_restore()
            async with intake.database.gate_before("INSERT ON arrival") as taking_in:
                intake.service.spawn()
                await taking_in.reached()
                intake.service.kill()
            intake.restored += 1  # it says so once more
        await intake.service.start()


async def _kept_and_gone_on(scene: Scene, load: Load) -> None:
    """Its database is kept as it is in the midst of this, and knows more by the end."""
    await load.reached(100)
    await scene.end_and_keep()
    await scene.service.start()
    await load.reached(load.count + 200)
