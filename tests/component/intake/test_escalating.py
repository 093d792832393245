"""Whoever hears that somebody is late hears of what is owed now, however late the news of the moment itself comes."""

from datetime import timedelta

from passend_contracts.events import CaseEscalated, ParentsConsulted

from services.chassis.calendar import end_of
from tests.builders.events import TODAY, a_parents_consulted, a_support_requested
from tests.component.facts import rows, told_about, until_there
from tests.component.intake.sending import GUARD, SCHOOL, send, steps
from tests.pairs.pair import Pair
from tests.running import RunningService


async def test_a_moment_of_an_obligation_that_was_met_climbs_nothing_newer(intake: RunningService, pair: Pair) -> None:
    request = a_support_requested()
    case, long_ago = request.subject, TODAY - timedelta(weeks=6, days=18)
    await send(intake, request, a_parents_consulted(case, youth_team="no", held_on=long_ago))
    climbs = await told_about(intake, GUARD, CaseEscalated, [case], times=3)
    assert [event.data["climbedTo"] for event in climbs] == ["education_specialist", "school_director", "swv_director"]
    await send(intake, a_parents_consulted(case, youth_team="no"))
    await steps(intake, case, 3)
    due = end_of(long_ago + timedelta(weeks=6)).isoformat()
    await rows(pair, "intake", f"INSERT INTO deadline (subject, kind, due) VALUES ('{case}', 'evaluate_support', '{due}')")
    await until_there(pair, "intake", f"SELECT 1 WHERE NOT EXISTS (SELECT FROM deadline WHERE due = '{due}' AND fired_at IS NULL)")
    assert [dict(row) for row in await rows(pair, "intake", "SELECT kind, steps FROM obligation")] == [
        {"kind": "evaluate_support", "steps": 0}
    ]
    assert len(await rows(pair, "intake", "SELECT 1 FROM case_history WHERE event = 'case_escalated'")) == 3


async def test_what_is_told_again_begins_no_new_ladder(intake: RunningService, pair: Pair) -> None:
    request = a_support_requested()
    case, long_ago = request.subject, TODAY - timedelta(weeks=6, days=4)
    await send(intake, request, a_parents_consulted(case, youth_team="no", held_on=long_ago))
    await told_about(intake, GUARD, CaseEscalated, [case], times=1)
    await send(intake, a_parents_consulted(case, youth_team="no", held_on=long_ago))
    await told_about(intake, SCHOOL, ParentsConsulted, [case], times=2)
    assert [dict(row) for row in await rows(pair, "intake", "SELECT kind, steps FROM obligation")] == [
        {"kind": "evaluate_support", "steps": 1}
    ]
    due = end_of(long_ago + timedelta(weeks=6)).isoformat()
    assert await rows(pair, "intake", f"SELECT 1 FROM deadline WHERE due = '{due}' AND fired_at IS NULL") == []
    assert len(await rows(pair, "intake", "SELECT 1 FROM case_history WHERE event = 'case_escalated'")) == 1
