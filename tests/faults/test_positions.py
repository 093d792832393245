"""Kafka forgets where a group was, or says it wrongly: the database knows; and who is new begins at the first record."""

import pytest

from tests.faults import kafka
from tests.faults.scene import Scene
from tests.faults.senders import SCHOOL
from tests.pairs.docker import DockerPair

pytestmark = pytest.mark.real_broker("consumer groups")

POSITION = "SELECT coalesce(sum(next_offset), 0)::int FROM consumer_offset WHERE consumer = 'main'"
FORGOTTEN = f"SELECT NOT EXISTS (SELECT FROM consumer_offset WHERE consumer = 'main' AND topic = '{SCHOOL}' AND next_offset > 0)"
GROUP = "passend.jgt_bridge.main"


@pytest.mark.long
@pytest.mark.parametrize("fault", ["forgotten", "ahead of the truth"])
async def test_a_group_s_offsets_in_kafka_decide_nothing(jgt_bridge: Scene, fault: str) -> None:
    assert isinstance(jgt_bridge.pair, DockerPair)
    async with jgt_bridge.under_load(f"22 the group's offsets {fault}") as load:
        await load.reached(100)
        await jgt_bridge.service.end()
        stopped = await jgt_bridge.database.value(POSITION)
        await load.reached(load.count + 50)
        await jgt_bridge.pair.topics.forget_groups()
        if fault != "forgotten":
            await kafka.commit_ends(jgt_bridge.pair.kafka, GROUP, SCHOOL)
        await jgt_bridge.service.start()
    assert await jgt_bridge.service.consumed("main") == await jgt_bridge.database.value(POSITION) - stopped


async def test_a_service_that_starts_for_the_first_time_begins_at_the_first_record(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("22 a new group, after the first events", start=False) as load:
        await load.reached(100)
        await jgt_bridge.service.start()


@pytest.mark.long
async def test_a_topic_made_anew_under_the_same_name_is_read_from_its_beginning(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("22 a topic made anew") as load:
        await load.reached(100)
        async with load.held():
            await jgt_bridge.all_done()
            await jgt_bridge.service.end()
            await kafka.remove(jgt_bridge.pair.kafka, SCHOOL)
            await kafka.make(jgt_bridge.pair.kafka, SCHOOL)
            await jgt_bridge.service.start()
            await jgt_bridge.database.until(FORGOTTEN)
    assert "log_cut_short" in jgt_bridge.service.said


@pytest.mark.long
async def test_a_topic_made_anew_under_its_reader_is_read_from_its_beginning(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("22 a topic made anew under its reader") as load:
        await load.reached(100)
        await jgt_bridge.service.end()
        await jgt_bridge.service.start()  # so that this one began further on
        await load.reached(load.count + 50)
        async with load.held():
            await jgt_bridge.all_done()
            await kafka.remove(jgt_bridge.pair.kafka, SCHOOL)
            await kafka.make(jgt_bridge.pair.kafka, SCHOOL)
    assert "log_cut_short" in jgt_bridge.service.said
