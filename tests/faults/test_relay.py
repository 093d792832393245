"""A relay that dies at the worst moments: what was committed goes out all the same, in order, and takes effect once."""

import pytest

from services.chassis.relay import ROWS
from tests.faults.scene import Scene

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

CLAIMED = "SELECT EXISTS (SELECT FROM outbox WHERE claimed_at IS NOT NULL AND published_at IS NULL)"


async def test_killed_between_claim_and_publish_it_publishes_what_it_claimed(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("1 relay killed between claim and publish"):
        async with jgt_bridge.database.gate_at_commit_of("UPDATE OF claimed_at ON outbox") as claim:
            await jgt_bridge.kill_after(claim, CLAIMED)
        await jgt_bridge.service.start()
    assert jgt_bridge.row.repeated == 0


async def test_killed_between_acknowledgement_and_mark_it_repeats_under_the_same_ids(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("2 relay killed between acknowledgement and mark"):
        async with jgt_bridge.database.gate_before("UPDATE OF published_at ON outbox") as mark:
            await mark.reached()
            jgt_bridge.service.kill()
        await jgt_bridge.service.start()
    assert 0 < jgt_bridge.row.repeated <= ROWS
