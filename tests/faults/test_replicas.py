"""Several of each service at once: they share the work, take over from each other, and are restarted one after the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest

from services.chassis.lease import LEASE_SECONDS, RENEW_SECONDS
from tests.faults.proxy import cable
from tests.faults.scene import Scene
from tests.faults.service import ServiceProcess
from tests.pairs.docker import DockerPair

pytestmark = pytest.mark.real_broker("consumer groups with static members")

STALLED_SECONDS = 60
LEADER = "SELECT holder FROM relay_lease WHERE lane = 'cases' AND expires_at > clock_timestamp()"
NOT_HEARD = "offset_commit_failed"
"""What a consumer prints that has committed a batch and cannot tell Kafka."""
ANOTHER_LEADS = f"SELECT ({LEADER}) <> $1"


async def test_another_one_publishes_within_seconds_when_the_leader_is_killed(intake: Scene) -> None:
    async with intake.replicas("1") as (second,):
        await asyncio.gather(intake.service.start(), second.start())
        intake.board.more_doors.append(second.http)
        leader, other = await _by_lead(intake)
        async with intake.under_load("6 leader of two killed, the other takes over", start=False) as load:
            await load.reached(50)
            leader.kill()
            killed = monotonic()
            await intake.database.until(ANOTHER_LEADS, leader.replica)
            assert monotonic() - killed < LEASE_SECONDS + 2 * RENEW_SECONDS
            await load.reached(load.count + 100)
            assert await intake.database.value(LEADER) == other.replica
            await leader.start()
    assert intake.row.longest < STALLED_SECONDS


@pytest.mark.long
async def test_three_consumers_restarted_one_after_the_other_leave_no_partition_waiting(jgt_bridge: Scene) -> None:
    async with _rolling_restart(jgt_bridge):
        assert all([await service.consumed("main") for service in jgt_bridge.processes]), "each had partitions"


@pytest.mark.long
async def test_three_doors_restarted_one_after_the_other_leave_nobody_waiting(intake: Scene) -> None:
    async with _rolling_restart(intake):
        # 0 for whoever came to a door that had just shut, 503 to one that is just opening: both say to come again
        assert intake.board.answers.keys() <= {0, 200, 202, 503}


@asynccontextmanager
async def _rolling_restart(scene: Scene) -> AsyncIterator[None]:
    async with scene.replicas("1", "2") as twins:
        await asyncio.gather(*(service.start() for service in scene.processes))
        if not scene.sender.topics:
            scene.board.more_doors += [twin.http for twin in twins]
        async with scene.under_load(f"6 three of {scene.service.name} restarted in turn", start=False) as load:
            await load.reached(100)
            for service in scene.processes:
                await service.end()
                await service.start()
                await load.reached(load.count + 50)
            yield
    assert scene.row.longest < STALLED_SECONDS


@pytest.mark.long
async def test_one_cut_off_until_its_partitions_moved_does_its_late_work_in_vain(jgt_bridge: Scene) -> None:
    assert isinstance(jgt_bridge.pair, DockerPair)
    told, real = jgt_bridge.pair.proxied
    async with cable(told, real) as to_kafka, jgt_bridge.replicas("1") as (second,):
        second.tell(kafka=f"127.0.0.1:{told}")
        await asyncio.gather(jgt_bridge.service.start(), second.start())
        async with jgt_bridge.under_load("11 one of two cut off until its partitions moved", start=False) as load:
            async with jgt_bridge.database.gate_before("INSERT ON referral") as work:
                await work.reached(sessions=2)
                second.stop()
                to_kafka.pull()
            await jgt_bridge.all_read()
            second.go_on()
            await second.until_printed(NOT_HEARD, second.said.count(NOT_HEARD) + 1)
            to_kafka.put_back()
            await load.reached(load.count + 50)
        assert sum([await service.effects() for service in jgt_bridge.processes]) == load.count


async def _by_lead(scene: Scene) -> tuple[ServiceProcess, ServiceProcess]:
    """The one of two that leads, and the other."""
    leader = await scene.database.value(LEADER)
    first, second = sorted(scene.processes, key=lambda service: service.replica != leader)
    return first, second
