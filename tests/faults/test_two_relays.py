"""Two replicas whose relays take turns: one stands still with a batch in its hands, or Kafka cuts both off again and again."""

from random import Random

import pytest

from services.chassis.lease import LEASE_SECONDS
from tests.faults.proxy import flaky
from tests.faults.scene import Scene
from tests.pairs.docker import DockerPair

pytestmark = [pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers"), pytest.mark.long]

LEADER = "SELECT holder FROM relay_lease WHERE lane = 'cases' AND expires_at > clock_timestamp()"


async def test_one_that_stood_still_over_its_lease_marks_nothing(jgt_bridge: Scene) -> None:
    async with jgt_bridge.replicas("1") as (second,):
        await jgt_bridge.service.start()
        await second.start()
        async with jgt_bridge.under_load(f"3 relay stands still over its lease of {LEASE_SECONDS} s", start=False) as load:
            await load.reached(50)
            assert await jgt_bridge.database.value(LEADER) == "0"
            async with jgt_bridge.database.gate_before("UPDATE OF published_at ON outbox") as mark:
                await mark.reached()
                jgt_bridge.service.stop()
            await jgt_bridge.database.until(f"SELECT ({LEADER}) = '1'")
            await load.reached(load.count + 50)
            jgt_bridge.service.go_on()
            await load.reached(load.count + 50)
        assert await jgt_bridge.database.value(LEADER) == "1"


async def test_two_whose_publishes_fail_at_random_tell_everything_in_order(jgt_bridge: Scene) -> None:
    assert isinstance(jgt_bridge.pair, DockerPair)
    told, real = jgt_bridge.pair.proxied
    first = jgt_bridge.service
    first.tell(kafka=f"127.0.0.1:{told}")
    async with (
        flaky(told, real, share=0.1, random=Random(jgt_bridge.seed)) as proxy,
        jgt_bridge.replicas("1") as (second,),
    ):
        await first.start()
        await second.start()
        async with jgt_bridge.under_load("4 two relays, every tenth publish fails", start=False) as load:
            await load.reached(150)
            first.kill()
            await first.start()
            await proxy.was_cut(5)
