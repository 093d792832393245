"""What boards ask of the samenwerkingsverband, and the obligations that the guardian holds from the request to the end."""

from datetime import timedelta
from uuid import uuid4

from passend_contracts.envelope import Envelope
from passend_contracts.events import (
    ArrangementEnded,
    ArrangementGranted,
    ArrangementRefused,
    ArrangementRequested,
    ExpertAssigned,
    ExpertReported,
    NextStepSet,
    PlaceAccepted,
    PlaceAgreed,
    PlacementEnded,
    PlacementStarted,
    PlaceOffered,
    PlaceSought,
)
from passend_contracts.vocabulary import EventData

from tests.builders.events import (
    BOARD,
    OTHER_BOARD,
    OTHER_SCHOOL_SYSTEM,
    SWV,
    TODAY,
    a_parents_consulted,
    a_place_accepted,
    a_place_declined,
    a_support_requested,
    an_arrangement_requested,
    an_expert_requested,
    said_by_placement,
)
from tests.component.facts import told_about
from tests.component.intake.sending import GUARD, refusals, send, send_as_another_board
from tests.running import RunningService

SWV_TOPIC, REQUESTS = "swv.cases.v1", "school.requests.v1"
SPECIAL_BOARD, SBO = "bg41237", "90AN00"
Duty = tuple[str, str, str]


def on(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


FIRST: Duty = ("consult_parents", BOARD, on(14))
DECIDE: Duty = ("decide_next_step", BOARD, on(7))


async def duties(intake: RunningService, case: str, times: int) -> set[Duty]:
    """Who owes what by when, once the guardian has said so that often; told by date."""
    told = await told_about(intake, GUARD, NextStepSet, [case], times=times)
    assert len(told) == times
    owed = [(each["kind"], each["owner"], each["due"]) for each in told[-1].data["obligations"]]
    assert [due for _, _, due in owed] == sorted(due for _, _, due in owed)
    return set(owed)


async def a_case(intake: RunningService) -> str:
    request = a_support_requested()
    await send(intake, request)
    assert await duties(intake, request.subject, 1) == {FIRST}
    return request.subject


async def decide(intake: RunningService, case: str, data: EventData) -> None:
    await intake.deliver(SWV_TOPIC, said_by_placement(case, data))


async def test_a_request_is_passed_on_to_the_samenwerkingsverband_which_owes_a_decision(intake: RunningService) -> None:
    case = await a_case(intake)
    asked = an_arrangement_requested(case)
    await send(intake, asked)
    assert await duties(intake, case, 2) == {FIRST, ("decide_arrangement", SWV, on(42))}
    [passed_on] = await told_about(intake, REQUESTS, ArrangementRequested, [case])
    assert (passed_on.id, passed_on.source, passed_on.data) == (asked.id, asked.source, asked.data)


async def test_an_arrangement_moves_the_duty_from_who_decides_to_who_evaluates(intake: RunningService) -> None:
    case = await a_case(intake)
    asked = an_arrangement_requested(case)
    await send(intake, asked)
    await duties(intake, case, 2)
    grant = ArrangementGranted(
        request=asked.id,
        kind="exceptional",
        decided_on=TODAY,
        hours_per_week=8,
        starts_on=TODAY,
        evaluate_on=TODAY + timedelta(days=60),
        ends_on=TODAY + timedelta(days=90),
    )
    await decide(intake, case, grant)
    assert await duties(intake, case, 3) == {FIRST, ("evaluate_arrangement", BOARD, on(60))}
    await decide(intake, case, ArrangementEnded(request=asked.id, ended_on=TODAY, reason="goal_met"))
    assert await duties(intake, case, 4) == {FIRST, DECIDE}


async def test_a_refused_arrangement_leaves_the_board_with_a_decision(intake: RunningService) -> None:
    case = await a_case(intake)
    asked, again, later = (an_arrangement_requested(case) for _ in range(3))
    await send(intake, asked, again)
    assert await refusals(intake, BOARD, [case]) == [(again.id, "request_pending")]
    refused = ArrangementRefused(request=asked.id, decided_on=TODAY, ground="not_exceptional", possible="request_expert")
    await decide(intake, case, refused)
    assert await duties(intake, case, 3) == {FIRST, DECIDE}
    await send(intake, later)
    assert await duties(intake, case, 4) == {FIRST, DECIDE, ("decide_arrangement", SWV, on(42))}


async def test_an_expert_is_found_reports_and_the_parents_hear_of_it(intake: RunningService) -> None:
    case = await a_case(intake)
    asked, again = an_expert_requested(case), an_expert_requested(case)
    await send(intake, asked)
    assert await duties(intake, case, 2) == {FIRST, ("assign_expert", SWV, on(14))}
    assigned = ExpertAssigned(
        request=asked.id,
        discipline="psychologist",
        provider="ambulatory_service",
        assigned_on=TODAY,
        report_due=TODAY + timedelta(days=30),
    )
    await decide(intake, case, assigned)
    assert await duties(intake, case, 3) == {FIRST, ("expert_report", SWV, on(30))}
    await send(intake, again)
    assert await refusals(intake, BOARD, [case]) == [(again.id, "request_pending")]
    await decide(intake, case, ExpertReported(request=asked.id, reported_on=TODAY))
    assert await duties(intake, case, 4) == {FIRST, ("discuss_report", BOARD, on(14))}
    await send(intake, a_parents_consulted(case, youth_team="no"))
    assert await duties(intake, case, 5) == {("evaluate_support", BOARD, on(42))}


async def test_a_place_is_handed_over_without_a_moment_in_which_nobody_owes_it(intake: RunningService) -> None:
    case, offer = await a_case(intake), str(uuid4())
    search = PlaceSought(kind="sbo", sought_on=TODAY, find_by=TODAY + timedelta(days=42), because="no_fitting_place_here")
    find, bridge = ("find_place", SWV, on(42)), ("bridge_to_place", BOARD, on(42))
    await decide(intake, case, search)
    assert await duties(intake, case, 2) == {FIRST, find, bridge}
    held = PlaceOffered(school=SBO, kind="sbo", available_from=TODAY, offered_on=TODAY, answer_due=TODAY + timedelta(days=14))
    await decide(intake, case, held)
    assert await duties(intake, case, 3) == {FIRST, find, bridge, ("answer_offer", BOARD, on(14))}
    again = search.model_copy(update={"because": "offer_declined", "offer": offer})
    await send(intake, a_place_declined(case, offer))
    await decide(intake, case, again)
    assert await duties(intake, case, 4) == {FIRST, find, bridge}
    await decide(intake, case, held)
    yes = a_place_accepted(case, offer)
    await send(intake, yes)
    assert [event.id for event in await told_about(intake, REQUESTS, PlaceAccepted, [case])] == [yes.id]
    assert len(await duties(intake, case, 5)) == 4, "what was agreed is placement's to say"
    await decide(intake, case, PlaceAgreed(offer=offer, school=SBO, agreed_on=TODAY, starts_on=TODAY + timedelta(days=20)))
    assert sorted(await duties(intake, case, 6)) == sorted(
        [FIRST, ("start_placement", SPECIAL_BOARD, on(20)), ("bridge_to_place", BOARD, on(20))]
    )
    await decide(intake, case, PlacementStarted(offer=offer, school=SBO, started_on=TODAY))
    assert await duties(intake, case, 7) == {FIRST, ("evaluate_support", BOARD, on(42))}
    await decide(intake, case, PlacementEnded(offer=offer, school=SBO, ended_on=TODAY, reason="back_to_mainstream"))
    assert await duties(intake, case, 8) == {FIRST, ("evaluate_support", BOARD, on(42)), DECIDE}


async def test_another_board_asks_and_answers_nothing_in_this_case(intake: RunningService) -> None:
    case = await a_case(intake)
    foreign: list[Envelope] = [
        an_arrangement_requested(case, source=OTHER_SCHOOL_SYSTEM),
        an_expert_requested(case, source=OTHER_SCHOOL_SYSTEM),
        a_place_accepted(case, str(uuid4()), source=OTHER_SCHOOL_SYSTEM),
        a_place_declined(case, str(uuid4()), source=OTHER_SCHOOL_SYSTEM),
    ]
    for event in foreign:
        await send_as_another_board(intake, event)
    assert await refusals(intake, OTHER_BOARD, [case], times=4) == [(event.id, "own_case") for event in foreign]
    assert await duties(intake, case, 1) == {FIRST}
