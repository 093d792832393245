"""Two operators who do the same thing at the same moment: one of them does it, the other hears that there is nothing left to do."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest

from services.chassis.inbox import AHEAD
from tests.faults.database import Gate
from tests.faults.load import LIVES, Case, a_case
from tests.faults.scene import Scene

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

BOTH_WAIT = (
    "SELECT count(*) = 2 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
)
A_MOMENT = timedelta(seconds=15)


async def test_a_parked_case_released_twice_at_once_goes_on_once(jgt_bridge: Scene) -> None:
    poisoned = a_case(Random(jgt_bridge.seed))  # the first that the load will send
    await jgt_bridge.service.start()
    async with jgt_bridge.under_load("16 a parked case released by two at once", start=False):
        async with jgt_bridge.database.refusing("INSERT ON referral", when=f"NEW.case_id = '{poisoned.id}'"):
            await jgt_bridge.operator.until_parked(poisoned.id, len(poisoned.events))
        async with jgt_bridge.database.gate_before("DELETE ON parked") as gate:
            await _both_release(jgt_bridge, f"geparkeerd/{poisoned.id}", gate)


@pytest.mark.long
async def test_a_dead_letter_released_twice_at_once_takes_effect_once(jgt_bridge: Scene) -> None:
    case = _a_referral(Random(jgt_bridge.seed + 1))
    *before, consent = case.events
    async with jgt_bridge.under_load("16 a dead letter released by two at once") as load:
        for event in before:
            await jgt_bridge.sender.send(event)
        await jgt_bridge.sender.send(consent)
        load.took(case)
        letter = f"dode-brieven/{await jgt_bridge.operator.first_letter()}"
        async with asyncio.timeout(2 * A_MOMENT.seconds), jgt_bridge.database.gate_before("UPDATE ON dead_letter") as gate:
            await _both_release(jgt_bridge, letter, gate)


def _a_referral(random: Random) -> Case:
    """A case in which the last event, on which a referral hangs, bears a time so far ahead that it is set aside for a moment."""
    case = next(case for case in iter(lambda: a_case(random), None) if case.life is LIVES[0])
    *before, consent = case.events
    return Case(case.id, case.home, case.life, (*before, replace(consent, time=datetime.now(UTC) + AHEAD + A_MOMENT)))


async def _both_release(scene: Scene, what: str, gate: Gate) -> None:
    """Two at once: each has begun before either is done."""
    answers = asyncio.gather(*(_released(scene, what) for _ in range(2)))
    await scene.database.until(BOTH_WAIT)
    await gate.open()
    assert sorted(answer.status_code for answer in await answers) == [httpx.codes.OK, httpx.codes.NOT_FOUND]


async def _released(scene: Scene, what: str) -> httpx.Response:
    """Try until it is possible."""
    while (answer := await scene.operator.try_release(what)).status_code == httpx.codes.CONFLICT:  # noqa: ASYNC110 -- as a person does
        await asyncio.sleep(0.2)
    return answer
