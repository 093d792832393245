"""Records that nobody can read among those that everybody can: they are set aside as they came, and the partition goes on."""

import pytest

from tests.builders.events import a_support_requested
from tests.faults.load import CANARY, on_the_wire
from tests.faults.scene import Scene
from tests.faults.senders import Intake

pytestmark = [pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers"), pytest.mark.long]

CASE = "9d1f5f0e-5d47-4a9b-8e60-1c7d9a2f4b03"
UNREADABLE = {
    b"\xff\xfe" + CANARY.encode(): b"bad-utf8",
    b'{"childname":"' + CANARY.encode(): b"bad-json",
    on_the_wire(a_support_requested(CASE)).replace(b"support-requested.v1", b"support-requested.v9"): b"unknown-version",
}


async def test_unreadable_records_are_set_aside_as_they_came_and_the_others_take_effect(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("12 undecodable bytes and an unknown version among the others") as load:
        assert isinstance(jgt_bridge.sender, Intake)
        for body in UNREADABLE:
            await load.reached(load.count + 20)
            await jgt_bridge.sender.put(body, CASE)
    letters = await jgt_bridge.dead_letters()
    assert {letter.value: dict(letter.headers)["reasons"] for letter in letters} == UNREADABLE
    assert len(letters) == len(UNREADABLE)
