"""One order for each case, whichever transactions and replicas write and publish: by number, and told once."""

from contextlib import AsyncExitStack
from pathlib import Path
from time import time

import pytest
from aiokafka import AIOKafkaProducer
from passend_contracts.envelope import KAFKA_HEADERS, encode

from tests.builders.events import a_consent_given, a_consent_withdrawn, a_parents_consulted, a_referral, a_support_requested
from tests.faults import kafka
from tests.faults.conftest import QUICK, Issuer
from tests.faults.ledger import Ledger
from tests.faults.scene import DONE, Scene
from tests.faults.senders import GUARD, STATUS
from tests.faults.service import process_of

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

HANDLED = "SELECT NOT EXISTS (SELECT FROM arrival WHERE handled_at IS NULL)"
NO_RENEWAL = "LOCK TABLE relay_lease IN SHARE MODE"
RELAY_HELD_UP = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%UPDATE relay_lease%'
    )
"""
PASSED = "SELECT next_offset > 0 FROM consumer_offset WHERE consumer = 'main' AND topic = 'jgt.cases.v1' AND next_offset > 0"
CASE = "9d1f5f0e-5d47-4a9b-8e60-1c7d9a2f4b03"


async def test_what_begins_first_and_commits_last_is_told_last(intake: Scene) -> None:
    board, database = intake.board, intake.database
    before = (a_support_requested(CASE), a_parents_consulted(CASE), a_consent_given(CASE))
    referral, withdrawal, other = a_referral(CASE), a_consent_withdrawn(CASE), a_support_requested()
    await intake.service.start()
    for event in before:
        await board.send(event)
    await database.until(HANDLED)
    async with AsyncExitStack() as relay, AIOKafkaProducer(bootstrap_servers=intake.pair.kafka, acks="all") as bridge:
        await relay.enter_async_context(database.transaction(NO_RENEWAL))
        await board.send(other)
        await database.until(RELAY_HELD_UP)
        async with database.gate_before("INSERT ON inbox") as first:
            await bridge.send_and_wait(STATUS, encode(referral), key=CASE.encode(), headers=list(KAFKA_HEADERS))
            await first.reached()
            await board.send(withdrawal)
            await database.until(HANDLED)
            await first.open()
            await database.until(PASSED)
    await database.until(DONE)
    told = [record for record in await kafka.read(intake.pair.kafka, GUARD) if record.key == CASE.encode()]
    due = {(GUARD, CASE): ("case_opened", *["next_step_set"] * 5)}
    accepted = {event.id: time() for event in (*before, referral, withdrawal)}
    intake.rows.append(Ledger(due, accepted, told).row("20 what begins first and commits last", leaked=0, seed=intake.seed))
    assert intake.row.faults == {}


@pytest.mark.long
async def test_of_two_replicas_one_publishes(jgt_bridge: Scene, issuer: Issuer, tmp_path: Path) -> None:
    async with process_of("jgt_bridge", jgt_bridge.pair, tmp_path, issuer=issuer.url, replica="1", **QUICK) as second:
        jgt_bridge.beside.append(second)
        await jgt_bridge.service.start()
        await second.start()
        async with jgt_bridge.under_load("3 two relays, and nothing is wrong", start=False) as load:
            await load.reached(300)
    assert jgt_bridge.row.repeated <= jgt_bridge.row.effects // 10, "a lease that nobody lost was not held"
