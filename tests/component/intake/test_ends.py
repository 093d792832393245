"""How cases end through the boards' door, and how they go on when that was too soon."""

from datetime import timedelta
from uuid import uuid4

from passend_contracts.envelope import Envelope
from passend_contracts.events import (
    CaseClosed,
    CaseReopened,
    CaseStalled,
    HandoverAnnounced,
    NextStepSet,
    PlacementEnded,
    PlacementStarted,
    SupportPlanEvaluated,
)
from passend_contracts.vocabulary import EventData

from tests.builders.events import (
    BOARD,
    OTHER_BOARD,
    OTHER_SCHOOL_SYSTEM,
    PLACEMENT,
    TODAY,
    a_handover_announced,
    a_handover_received,
    a_parents_consulted,
    a_reopen_requested,
    a_support_requested,
    an_arrangement_requested,
    an_evaluation,
)
from tests.component.facts import told_about
from tests.component.intake.sending import GUARD, SCHOOL, refusals, send, send_as_another_board, steps
from tests.running import RunningService, an_event

PLACEMENT_TOPIC = "swv.cases.v1"


async def test_an_evaluation_that_met_the_goal_ends_the_case_and_parents_may_have_it_reopened(intake: RunningService) -> None:
    request = a_support_requested()
    case, reopening = request.subject, a_reopen_requested(request.subject)
    await send(intake, request, an_evaluation(case, "goal_met"), reopening)
    [closed] = await told_about(intake, GUARD, CaseClosed, [case])
    [reopened] = await told_about(intake, GUARD, CaseReopened, [case])
    assert (closed.data["outcome"], reopened.data["askedBy"]) == ("supported", "parent")
    assert await steps(intake, case, 2) == [["consult_parents"], ["decide_next_step"]]
    await send(intake, a_reopen_requested(case))
    assert [rule for _, rule in await refusals(intake, BOARD, [case])] == ["case_open"]
    await send(intake, an_evaluation(case, "goal_met"))
    assert len(await told_about(intake, GUARD, CaseClosed, [case], times=2)) == 2


async def test_a_case_is_not_closed_over_what_is_still_owed(intake: RunningService) -> None:
    request = a_support_requested()
    case = request.subject
    await send(intake, request, an_arrangement_requested(case), an_evaluation(case, "goal_met"))
    assert (await steps(intake, case, 3))[-1] == ["decide_arrangement"]
    await send(intake, an_evaluation(case, "goes_on", again_on=TODAY + timedelta(weeks=8)))
    last = (await told_about(intake, GUARD, NextStepSet, [case], times=4))[-1]
    dues = {each["kind"]: each["due"] for each in last.data["obligations"]}
    assert dues["evaluate_support"] == (TODAY + timedelta(weeks=8)).isoformat()


async def test_an_evaluation_without_a_parent_ends_nothing(intake: RunningService) -> None:
    request = a_support_requested()
    alone = an_evaluation(request.subject, "goal_met", present="internal_supervisor")
    await send(intake, request, alone, an_evaluation(request.subject, "goes_on", present="guardian"))
    assert await refusals(intake, BOARD, [request.subject]) == [(alone.id, "evaluated_with_parents")]
    assert await steps(intake, request.subject, 2) == [["consult_parents"], ["evaluate_support"]]
    assert len(await told_about(intake, SCHOOL, SupportPlanEvaluated, [request.subject])) == 1


async def test_a_child_that_moves_is_let_go_when_its_next_board_has_taken_over(intake: RunningService) -> None:
    request = a_support_requested()
    case, announced = request.subject, a_handover_announced(request.subject)
    early, received = a_handover_received(case, source=OTHER_SCHOOL_SYSTEM), a_handover_received(case, source=OTHER_SCHOOL_SYSTEM)
    await send(intake, request)
    await steps(intake, case, 1)
    await send_as_another_board(intake, early)
    assert await refusals(intake, OTHER_BOARD, [case]) == [(early.id, "own_case")]
    await send(intake, announced, own := a_handover_received(case))
    [told] = await told_about(intake, f"to.{OTHER_BOARD}.v1", HandoverAnnounced, [case])
    assert (told.id, told.data) == (announced.id, announced.data)
    assert (await steps(intake, case, 2))[-1] == ["take_over", "consult_parents"]
    assert await refusals(intake, BOARD, [case]) == [(own.id, "handover_announced")]
    await send_as_another_board(intake, received)
    [closed] = await told_about(intake, GUARD, CaseClosed, [case])
    assert closed.data["outcome"] == "moved"
    await send_as_another_board(intake, late := a_handover_received(case, source=OTHER_SCHOOL_SYSTEM))
    assert (late.id, "case_closed") in await refusals(intake, OTHER_BOARD, [case], times=2)


async def test_a_child_that_grows_out_of_the_region_is_followed_by_its_own_board(intake: RunningService) -> None:
    request = a_support_requested()
    case = request.subject
    unknown, same = (a_handover_announced(case, to=board) for board in ("bg99999", BOARD))
    await send(intake, request, unknown, same, a_handover_announced(case, because="age", to=None), a_handover_received(case))
    [closed] = await told_about(intake, GUARD, CaseClosed, [case])
    assert closed.data["outcome"] == "ended_by_age"
    assert await refusals(intake, BOARD, [case], times=2) == [(unknown.id, "another_board"), (same.id, "another_board")]


async def test_what_nobody_gets_done_stays_before_the_samenwerkingsverband(intake: RunningService) -> None:
    request = a_support_requested()
    case, long_ago = request.subject, TODAY - timedelta(weeks=6, days=50)
    await send(intake, request, a_parents_consulted(case, youth_team="no", held_on=long_ago))
    [stall] = await told_about(intake, GUARD, CaseStalled, [case])
    again_on = long_ago + timedelta(weeks=6 + 3 + 2 * 4, days=1)  # the ladder's three weeks, and twice four: the second is still to come
    assert (stall.data["obligation"], stall.data["times"], stall.data["againOn"]) == ("evaluate_support", 2, again_on.isoformat())
    [*_, last] = await told_about(intake, GUARD, NextStepSet, [case], times=3)
    assert {(each["kind"], each["owner"]) for each in last.data["obligations"]} == {
        ("evaluate_support", BOARD),
        ("resolve_stall", "swv2801"),
    }
    await send(intake, a_parents_consulted(case, youth_team="no"))
    assert (await steps(intake, case, 4))[-1] == ["evaluate_support"]


async def test_a_child_that_leaves_the_place_it_was_given_has_a_next_step_again(intake: RunningService) -> None:
    request = a_support_requested()
    case, offer = request.subject, str(uuid4())
    await send(intake, request)
    await steps(intake, case, 1)
    await intake.deliver(PLACEMENT_TOPIC, _placement(PlacementStarted(offer=offer, school="90AN00", started_on=TODAY), case))
    await steps(intake, case, 2)
    await send(intake, an_evaluation(case, "goal_met"))
    [closed] = await told_about(intake, GUARD, CaseClosed, [case])
    await intake.deliver(PLACEMENT_TOPIC, _placement(PlacementEnded(offer=offer, school="90AN00", ended_on=TODAY, reason="returned"), case))
    [reopened] = await told_about(intake, GUARD, CaseReopened, [case])
    assert (closed.data["outcome"], reopened.data["askedBy"]) == ("placed", "samenwerkingsverband")
    assert (await steps(intake, case, 3))[-1] == ["decide_next_step"]


def _placement(data: EventData, case: str) -> Envelope:
    return an_event(data, source=PLACEMENT, subject=case, producer="placement")


async def test_what_lies_ahead_counts_from_today(intake: RunningService) -> None:
    request = a_support_requested()
    await send(intake, request, a_parents_consulted(request.subject, youth_team="no", held_on=TODAY + timedelta(days=36_000)))
    [_, step] = await told_about(intake, GUARD, NextStepSet, [request.subject], times=2)
    assert step.data["nextStep"]["due"] == (TODAY + timedelta(weeks=6)).isoformat()
