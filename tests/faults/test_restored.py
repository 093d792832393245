"""A database is put back to an earlier moment: what it has forgotten still stands on the topics, and is taken from there."""

from uuid import uuid4

import pytest
from passend_contracts.catalogue import of, to_topic
from passend_contracts.events import Withheld

from tests.builders.events import GEMEENTE, a_consent_given, a_consent_withdrawn, a_parents_consulted, a_support_requested
from tests.faults import kafka
from tests.faults.load import Load
from tests.faults.scene import Scene
from tests.faults.senders import Intake

pytestmark = [pytest.mark.real_broker("a log that is kept when the broker is killed"), pytest.mark.long]

TO = to_topic(GEMEENTE)
LED_BY_ANOTHER = """
    UPDATE relay_lease SET holder = 'another', epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 hour' RETURNING 0
"""
LED_BY_NOBODY = "UPDATE relay_lease SET expires_at = clock_timestamp() RETURNING 0"
WAITS = "SELECT EXISTS (SELECT FROM outbox WHERE topic = $1 AND hold IS NOT NULL AND published_at IS NULL)"
TOLD = "SELECT EXISTS (SELECT FROM outbox WHERE topic = $1 AND type = $2 AND (published_at IS NOT NULL OR NOT $3))"


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


async def test_what_was_withheld_stays_so_where_a_restored_database_has_it_waiting(jgt_bridge: Scene) -> None:
    case, sender, database, kind = str(uuid4()), jgt_bridge.sender, jgt_bridge.database, of(Withheld).type
    assert isinstance(sender, Intake)
    await jgt_bridge.service.start()
    await database.value(LED_BY_ANOTHER)
    for event in (a_support_requested, a_consent_given, a_parents_consulted):
        await sender.send(event(case))
    await database.until(WAITS, TO)
    await jgt_bridge.end_and_keep()
    await jgt_bridge.service.start()
    await sender.send(a_consent_withdrawn(case))
    await database.until(TOLD, TO, kind, False)
    await database.value(LED_BY_NOBODY)
    await database.until(TOLD, TO, kind, True)
    await jgt_bridge.end_and_restore()
    await database.value(LED_BY_NOBODY)
    await jgt_bridge.service.start()
    await jgt_bridge.all_done()
    assert {each.type for each in await kafka.events(jgt_bridge.pair.kafka, TO)} == {kind}


async def _kept_and_gone_on(scene: Scene, load: Load) -> None:
    """Its database is kept as it is in the midst of this, and knows more by the end."""
    await load.reached(100)
    await scene.end_and_keep()
    await scene.service.start()
    await load.reached(load.count + 200)
