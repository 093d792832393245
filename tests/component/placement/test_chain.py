"""From a board's request through intake to the office's decision and back to the guardian, over Kafka all the way."""

from datetime import timedelta

import httpx
from passend_contracts.envelope import STRUCTURED, Envelope, encode
from passend_contracts.events import NextStepSet, PlaceOffered

from tests.builders.events import BOARD, SWV, TODAY, a_place_accepted, a_support_requested, an_arrangement_requested
from tests.component.conftest import Tokens
from tests.component.facts import told_about
from tests.component.placement.office import SBO, TO_BOARD, Office, a_grant, on
from tests.running import RunningService

GUARD = "guard.cases.v1"


async def send(intake: RunningService, tokens: Tokens, event: Envelope) -> httpx.Response:
    headers = tokens(BOARD) | {"Content-Type": STRUCTURED}
    return await intake.http.post("/v1/gebeurtenissen", content=encode(event), headers=headers)


async def duties(intake: RunningService, case: str, times: int) -> dict[str, str]:
    """What is owed by whom, once the guardian has said so that often."""
    told = await told_about(intake, GUARD, NextStepSet, [case], times=times)
    return {each["kind"]: each["owner"] for each in told[-1].data["obligations"]}


async def test_a_child_gets_an_arrangement_and_then_a_place(intake: RunningService, office: Office, tokens: Tokens) -> None:
    request = a_support_requested()
    case, asked = request.subject, an_arrangement_requested(request.subject)
    for event in (request, asked):
        assert (await send(intake, tokens, event)).status_code == 202
    assert await duties(intake, case, 2) == {"consult_parents": BOARD, "decide_arrangement": SWV}
    await office.until(case, lambda seen: seen["arrangements"] and "school" in seen)
    await office.decided(case, f"arrangementen/{asked.id}/toekenningen", a_grant())
    assert await duties(intake, case, 3) == {"consult_parents": BOARD, "evaluate_arrangement": BOARD}

    await office.agree(SBO, 1)
    await office.decided(case, "zoekopdrachten", {"kind": "sbo"})
    await office.decided(case, "aanbiedingen", {"school": SBO, "availableFrom": on(3), "answerDue": on(7)})
    [offered] = await told_about(intake, TO_BOARD, PlaceOffered, [case])
    assert (await duties(intake, case, 5)).items() >= {"find_place": SWV, "bridge_to_place": BOARD, "answer_offer": BOARD}.items()
    await send(intake, tokens, a_place_accepted(case, offered.id, starts_on=TODAY + timedelta(days=3)))
    assert (await duties(intake, case, 6)).items() >= {"start_placement": "bg41237", "bridge_to_place": BOARD}.items()
    await office.decided(case, "plaatsingen", {"startedOn": on(0)})
    assert await duties(intake, case, 7) == {"consult_parents": BOARD, "evaluate_arrangement": BOARD, "evaluate_support": BOARD}
