"""A consumer that dies at the worst moments: an event takes effect as a whole or not at all, and then once."""

import pytest

from tests.faults.scene import Scene

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

POSITION = "SELECT coalesce(sum(next_offset), 0) FROM consumer_offset WHERE consumer = 'main'"


@pytest.mark.long
async def test_killed_in_the_middle_of_its_transaction_it_leaves_no_half_effect(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("5 consumer killed before its commit"):
        async with jgt_bridge.database.gate_before("INSERT ON referral") as save:
            await save.reached()
            jgt_bridge.service.kill()
        await jgt_bridge.service.start()


async def test_killed_between_its_commit_and_the_offset_s_it_takes_no_event_twice(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("5 consumer killed between its commit and the offset's"):
        async with jgt_bridge.database.gate_at_commit_of("INSERT OR UPDATE ON consumer_offset") as commit:
            await commit.reached()
            before = await jgt_bridge.database.value(POSITION)
            await jgt_bridge.kill_after(commit, f"SELECT ({POSITION}) > {before}")
        await jgt_bridge.service.start()
