"""A relay that dies at the worst moments: what was committed goes out all the same, in order, and takes effect once."""

from contextlib import AsyncExitStack

import pytest
from passend_contracts.catalogue import dlq_topic, to_topic

from services.chassis.relay import ROWS
from tests.builders.events import BOARD, OTHER_GEMEENTE
from tests.faults import kafka
from tests.faults.many import MORE_THAN_A_BATCH, SMALLER_THAN_A_BATCH, assert_in_order
from tests.faults.scene import Scene

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

TO, ALSO = to_topic(OTHER_GEMEENTE), to_topic(BOARD)
REFUSING = dlq_topic("notify")
"""Nobody reads or writes there meanwhile."""
OTHERS_GO_ON = f"""
    SELECT EXISTS (SELECT FROM outbox WHERE topic = '{TO}' AND published_at IS NULL
                   AND n < (SELECT max(n) FROM outbox WHERE published_at IS NOT NULL))
"""
THOSE_BEHIND_GO_ON = """
    SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NOT NULL AND n > (SELECT max(n) FROM outbox WHERE type = 'many'))
"""
MANY_WAIT = f"""
    INSERT INTO outbox (lane, topic, key, type, body)
    SELECT 'cases', $1, 'many', 'many', '' FROM generate_series(1, {2 * ROWS}) RETURNING 0
"""
ALL_PUBLISHED = "SELECT NOT EXISTS (SELECT FROM outbox WHERE type = 'many' AND published_at IS NULL)"
FORGET_THEM = "DELETE FROM outbox WHERE type = 'many' AND published_at IS NULL RETURNING 0"
CLAIMED = "SELECT EXISTS (SELECT FROM outbox WHERE claimed_at IS NOT NULL AND published_at IS NULL)"


async def test_killed_between_claim_and_publish_it_publishes_what_it_claimed(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("1 relay killed between claim and publish"):
        async with jgt_bridge.database.gate_at_commit_of("UPDATE OF claimed_at ON outbox") as claim:
            await jgt_bridge.kill_after(claim, CLAIMED)
        await jgt_bridge.service.start()
    assert jgt_bridge.row.repeated == 0


@pytest.mark.long
async def test_killed_between_acknowledgement_and_mark_it_repeats_under_the_same_ids(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("2 relay killed between acknowledgement and mark"):
        async with jgt_bridge.database.gate_before("UPDATE OF published_at ON outbox") as mark:
            await mark.reached()
            jgt_bridge.service.kill()
        await jgt_bridge.service.start()
    assert 0 < jgt_bridge.row.repeated <= ROWS


@pytest.mark.long
async def test_topics_that_are_not_there_keep_no_other_waiting_however_much_waits_for_them(jgt_bridge: Scene) -> None:
    broker = jgt_bridge.pair.kafka
    made = AsyncExitStack()
    for missing in (TO, ALSO):
        await kafka.remove(broker, missing)
        made.push_async_callback(kafka.make, broker, missing)  # whatever happens: the tests after this one need it
    async with made, jgt_bridge.under_load("8 two topics that are not there") as load:
        await jgt_bridge.database.value(MANY_WAIT, ALSO)
        await load.reached(50)
        await jgt_bridge.database.until(OTHERS_GO_ON)
        await jgt_bridge.database.value(FORGET_THEM)
        await made.aclose()


async def test_a_topic_that_takes_nothing_keeps_no_other_waiting_though_only_its_records_stand_in_front(jgt_bridge: Scene) -> None:
    broker = jgt_bridge.pair.kafka
    async with kafka.refusing(broker, REFUSING), jgt_bridge.under_load("8 a topic that takes nothing") as load:
        await jgt_bridge.database.value(MANY_WAIT, REFUSING)
        await load.reached(50)
        await jgt_bridge.database.until(THOSE_BEHIND_GO_ON)
        assert "topic_rests" in jgt_bridge.service.said
        assert "relay" in (await jgt_bridge.service.reasons() or {}), "though others go out"
        await jgt_bridge.database.value(FORGET_THEM)


async def test_what_a_topic_refuses_is_overtaken_by_nothing_that_it_would_take(jgt_bridge: Scene) -> None:
    broker, database = jgt_bridge.pair.kafka, jgt_bridge.database
    refused = AsyncExitStack()
    await refused.enter_async_context(kafka.refusing(broker, REFUSING, above=SMALLER_THAN_A_BATCH))
    async with refused, jgt_bridge.under_load("8 a topic that takes small batches only") as load:
        await database.value(MORE_THAN_A_BATCH, REFUSING)
        await load.reached(50)
        await database.until(THOSE_BEHIND_GO_ON)
        assert "topic_rests" in jgt_bridge.service.said
        await refused.aclose()
        await database.until(ALL_PUBLISHED)
    assert_in_order([record.value for record in await kafka.read(broker, REFUSING)])
