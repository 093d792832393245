"""Three brokers, of which one or two go: what was acknowledged stays, the rest waits, and the door takes events in all along."""

from time import monotonic

import pytest
from passend_contracts.catalogue import to_topic

from tests.builders.events import GEMEENTE
from tests.faults import kafka
from tests.faults.many import MORE_THAN_A_BATCH, assert_in_order
from tests.faults.scene import Scene
from tests.faults.senders import GUARD, SCHOOL
from tests.pairs.cluster import NODES, Cluster

pytestmark = [pytest.mark.real_broker("several brokers"), pytest.mark.long]

HEALED_SECONDS = 30
WAITED_FOR = """
    SELECT coalesce(clock_timestamp() - min(written_at) > make_interval(secs => $1), false)
    FROM outbox WHERE published_at IS NULL AND topic = $2
"""
REQUEST_SECONDS = 15
"""The time-out of the relay's requests to Kafka."""
TO = to_topic(GEMEENTE)
COUNTED = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"
UP_TO_NOW = "SELECT coalesce(max(n), 0) FROM outbox"
PUBLISHED = "SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL AND n <= $1)"


async def test_the_leader_killed_with_what_it_alone_has_loses_nothing_that_was_acknowledged(
    three_brokers: Cluster, on_three_brokers: Scene
) -> None:
    intake = on_three_brokers
    async with intake.under_load("7 leader killed while the others lag behind it") as load:
        await load.reached(50)
        leader = await three_brokers.leader_of(SCHOOL)
        async with three_brokers.paused(*(node for node in NODES if node != leader)):
            await load.reached(load.count + 30)
            await three_brokers.kill(leader)
        await intake.database.until(PUBLISHED, await intake.database.value(UP_TO_NOW))
        assert await three_brokers.leader_of(SCHOOL) != leader
        await three_brokers.start(leader)
    assert intake.board.answers.keys() == {202}


async def test_a_topic_without_a_leader_is_published_soon_after_it_has_one_again(three_brokers: Cluster, on_three_brokers: Scene) -> None:
    intake = on_three_brokers
    lonely = NODES[-1]
    await three_brokers.lay_out(GUARD, [lonely], in_sync=1)
    async with intake.under_load(f"8 a topic without a leader for over {REQUEST_SECONDS} s") as load:
        await load.reached(50)
        await three_brokers.kill(lonely)
        await intake.database.until(WAITED_FOR, REQUEST_SECONDS + 5, GUARD)
        await intake.service.broken("relay")
        await three_brokers.start(lonely)
        back, written = monotonic(), await intake.database.value(UP_TO_NOW)
        await intake.database.until(PUBLISHED, written)
        assert monotonic() - back < HEALED_SECONDS
    assert intake.board.answers.keys() == {202}


async def test_what_waits_for_a_leader_keeps_its_order_however_much_it_is(three_brokers: Cluster, on_three_brokers: Scene) -> None:
    intake = on_three_brokers
    lonely = NODES[-1]
    await three_brokers.lay_out(TO, [lonely], in_sync=1)
    async with intake.under_load(f"8 much waits for a leader for over {REQUEST_SECONDS} s") as load:
        await load.reached(50)
        await three_brokers.kill(lonely)
        await intake.database.value(MORE_THAN_A_BATCH, TO)
        await intake.database.until(WAITED_FOR, REQUEST_SECONDS + 5, TO)
        await three_brokers.start(lonely)
        await intake.database.until(PUBLISHED, await intake.database.value(UP_TO_NOW))
        told = [record.value for record in await kafka.read(intake.pair.kafka, TO)]
        await three_brokers.lay_out(TO)  # no events, so nothing for the ledger
    assert_in_order(told)


@pytest.mark.parametrize(("gone", "in_sync"), [(1, 3), (2, 2)])
async def test_with_too_few_copies_nothing_is_published_and_the_door_still_takes_events_in(
    three_brokers: Cluster, on_three_brokers: Scene, gone: int, in_sync: int
) -> None:
    intake = on_three_brokers
    for topic in (SCHOOL, GUARD):
        await three_brokers.lay_out(topic, in_sync=in_sync)
    async with intake.under_load(f"9 {gone} of three brokers gone where {in_sync} copies are asked for") as load:
        await load.reached(50)
        await three_brokers.kill(*NODES[-gone:])
        await intake.service.broken("relay")
        already = await intake.database.value(COUNTED)
        await load.reached(load.count + 50)
        assert await intake.database.value(COUNTED) == already
        await three_brokers.start(*NODES[-gone:])
    assert intake.board.answers.keys() == {202}
