"""What the guardian does with a crisis, before the case of the child is open and afterwards, and whose crisis counts."""

from datetime import timedelta

import pytest
from passend_contracts.envelope import Envelope
from passend_contracts.events import CrisisRaised, CrisisUpdated, NextStepSet

from tests.builders.events import (
    NOW,
    OTHER_SCHOOL_SYSTEM,
    TODAY,
    a_consent_withdrawn,
    a_crisis_raised,
    a_crisis_updated,
    a_parents_consulted,
    a_support_requested,
)
from tests.component.conftest import Tokens
from tests.component.facts import rows, told_about, until_there
from tests.component.intake.sending import GUARD, send, steps
from tests.pairs.pair import Pair
from tests.running import RunningService

CRISES = "school.crises.v1"
NOTICED = NOW - timedelta(days=3)


async def hear(intake: RunningService, pair: Pair, *crises: Envelope) -> None:
    """The guardian reads of these crises; wait until each took effect on the case."""
    for crisis in crises:
        await intake.deliver(CRISES, crisis)
        await until_there(pair, "intake", f"SELECT 1 FROM inbox WHERE id = '{crisis.id}'")


async def dues(intake: RunningService, case: str, times: int) -> dict[str, str]:
    told = await told_about(intake, GUARD, NextStepSet, [case], times=times)
    assert len(told) == times
    return {each["kind"]: each["due"] for each in told[-1].data["obligations"]}


@pytest.mark.parametrize("kind", [CrisisRaised, CrisisUpdated])
async def test_a_crisis_that_is_heard_before_its_case_is_taken_up_by_it(
    kind: type, intake: RunningService, pair: Pair, tokens: Tokens
) -> None:
    request = a_support_requested()
    raised = a_crisis_raised(case_id=request.subject, noticed_at=NOTICED)
    over = a_crisis_updated(state="over", case_id=request.subject)
    await hear(intake, pair, raised if kind is CrisisRaised else over)
    await send(intake, request)
    since = TODAY - timedelta(days=3) if kind is CrisisRaised else TODAY
    assert (await dues(intake, request.subject, 1))["plan_after_crisis"] == (since + timedelta(weeks=1)).isoformat()
    shown = (await intake.http.get(f"/v1/zaken/{request.subject}", headers=tokens("bg41234"))).json()
    assert [line["event"] for line in shown["history"]][-1] == "support_requested"
    assert len(shown["history"]) == 2


async def test_what_was_heard_of_a_case_shows_to_nobody_before_it_is_open(intake: RunningService, pair: Pair, tokens: Tokens) -> None:
    request = a_support_requested()
    await hear(intake, pair, a_crisis_raised(case_id=request.subject))
    assert (await intake.http.get(f"/v1/zaken/{request.subject}", headers=tokens("bg41234"))).status_code == 404


async def test_a_crisis_changes_no_case_of_another_board(intake: RunningService, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    early, open_before = a_support_requested(), a_support_requested()
    await send(intake, open_before)
    await steps(intake, open_before.subject, 1)
    foreign = [a_crisis_raised(case_id=case.subject, source=OTHER_SCHOOL_SYSTEM) for case in (early, open_before)]
    update = a_crisis_updated(state="over", case_id=open_before.subject, source=OTHER_SCHOOL_SYSTEM)
    await hear(intake, pair, *foreign, update)
    await send(intake, early)
    for request in (early, open_before):
        assert await steps(intake, request.subject, 1) == [["consult_parents"]]
    assert await rows(pair, "intake", "SELECT 1 FROM case_history WHERE event <> 'support_requested'") == []
    assert await rows(pair, "intake", "SELECT 1 FROM crisis") == []
    assert capsys.readouterr().out.count("crisis_of_another_board") == 3


async def test_an_update_leaves_a_late_plan_as_it_is_and_a_talk_afterwards_meets_it(intake: RunningService, pair: Pair) -> None:
    request, long_ago = a_support_requested(), NOW - timedelta(weeks=1, days=18)
    case, crisis = request.subject, a_crisis_raised(case_id=request.subject, noticed_at=long_ago)
    await send(intake, request)
    await steps(intake, case, 1)
    await hear(intake, pair, crisis)
    late = (await dues(intake, case, 2))["plan_after_crisis"]
    await until_there(pair, "intake", "SELECT 1 FROM obligation WHERE kind = 'plan_after_crisis' AND steps = 3")
    await hear(intake, pair, a_crisis_updated(crisis.subject, state="over", case_id=case), a_crisis_raised(case_id=case))
    [plan] = await rows(pair, "intake", "SELECT due, steps FROM obligation WHERE kind = 'plan_after_crisis'")
    assert (plan["due"].isoformat(), plan["steps"]) == (late, 3)
    before, today = (a_parents_consulted(case, youth_team="no", held_on=TODAY - timedelta(days=days)) for days in (1, 0))
    await send(intake, before)
    assert set(await dues(intake, case, 3)) == {"plan_after_crisis", "evaluate_support"}
    await send(intake, today)
    assert set(await dues(intake, case, 4)) == {"evaluate_support"}
    await hear(intake, pair, a_crisis_updated(crisis.subject, state="over", case_id=case))
    assert [dict(row) for row in await rows(pair, "intake", "SELECT kind FROM obligation")] == [{"kind": "evaluate_support"}]


async def test_a_withdrawal_waits_where_the_case_is_parked_and_only_a_crisis_of_it_is_known(intake: RunningService, pair: Pair) -> None:
    request = a_support_requested()
    await hear(intake, pair, a_crisis_raised(case_id=request.subject))
    await rows(pair, "intake", f"UPDATE case_lock SET parked = true WHERE subject = '{request.subject}'")
    await send(intake, a_consent_withdrawn(request.subject))
    await until_there(pair, "intake", f"SELECT 1 FROM parked WHERE subject = '{request.subject}'")
