"""`GET /v1/zaken/{id}`: a board reads its own case and learns of no other; what the youth team does it reads with consent only."""

from typing import Any
from uuid import uuid4

import httpx
from passend_contracts.events import CaseClosed, ConsentGiven, ConsentWithdrawn, NextStepSet

from tests.builders.events import (
    BOARD,
    GEMEENTE,
    GEMEENTE_SYSTEM,
    OTHER_BOARD,
    a_consent_given,
    a_consent_withdrawn,
    a_parents_consulted,
    a_referral,
    a_support_request_withdrawn,
    a_support_requested,
    an_acceptance,
)
from tests.component.facts import told_about
from tests.component.intake.sending import GUARD, SCHOOL, TEAM, send, steps
from tests.component.issuer import Issuer, bearer
from tests.running import RunningService


async def read(intake: RunningService, path: str, token: str | None) -> httpx.Response:
    return await intake.http.get(path, headers=bearer(token) if token else {})


async def zaak(intake: RunningService, case: str, issuer: Issuer) -> dict[str, Any]:
    answer = await read(intake, f"/v1/zaken/{case}", issuer.token(BOARD))
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_board_reads_state_next_step_and_history_of_its_case(intake: RunningService, issuer: Issuer) -> None:
    request = a_support_requested()
    case, consultation = request.subject, a_parents_consulted(request.subject)
    await send(intake, request, consultation)
    [first, second] = await told_about(intake, GUARD, NextStepSet, [case], times=2)
    shown = await zaak(intake, case, issuer)
    assert (shown["id"], shown["school"], shown["state"]) == (case, "90AA00", "open")
    assert shown["nextStep"] == second.data["nextStep"] != first.data["nextStep"]
    assert shown["obligations"] == second.data["obligations"]
    assert [(line["event"], line["by"]) for line in shown["history"]] == [("support_requested", BOARD), ("parents_consulted", BOARD)]


async def test_a_closed_case_shows_how_it_ended_and_no_step(intake: RunningService, issuer: Issuer) -> None:
    request = a_support_requested()
    await send(intake, request, a_support_request_withdrawn(request.subject))
    await told_about(intake, GUARD, CaseClosed, [request.subject])
    shown = await zaak(intake, request.subject, issuer)
    assert (shown["state"], shown["obligations"], "nextStep" in shown) == ("withdrawn", [], False)
    assert [line["event"] for line in shown["history"]] == ["support_requested", "support_request_withdrawn"]


async def test_nobody_else_learns_that_there_is_such_a_case(intake: RunningService, issuer: Issuer) -> None:
    request = a_support_requested()
    await send(intake, request)
    await steps(intake, request.subject, 1)
    own, case = issuer.token(BOARD), f"/v1/zaken/{request.subject}"
    unknown = await read(intake, f"/v1/zaken/{uuid4()}", own)
    answers = {
        "another board": (await read(intake, case, issuer.token(OTHER_BOARD)), 404),
        "a gemeente": (await read(intake, case, issuer.token(GEMEENTE)), 404),
        "an operator": (await read(intake, case, issuer.token("console", scope="operator")), 404),
        "no token": (await read(intake, case, None), 401),
        "a trailing slash": (await read(intake, f"{case}/", own), 404),
        "capitals": (await read(intake, f"/v1/zaken/{request.subject.upper()}", own), 404),
        "no id": (await read(intake, "/v1/zaken/999990019", own), 404),
        "no case": (await read(intake, "/v1/zaken/", own), 404),
        "another method": (await intake.http.delete(case, headers=bearer(own)), 405),
    }
    assert {what: answer.status_code for what, (answer, _) in answers.items()} == {what: status for what, (_, status) in answers.items()}
    for answer in (unknown, *(answer for answer, _ in answers.values())):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    assert answers["another board"][0].json() == unknown.json()


async def test_what_the_youth_team_answers_is_read_only_while_the_parents_allow_it(intake: RunningService, issuer: Issuer) -> None:
    request = a_support_requested()
    case = request.subject
    await send(intake, request, a_consent_given(case), a_parents_consulted(case))
    await steps(intake, case, 2)
    await intake.deliver(TEAM, referral := a_referral(case))
    await steps(intake, case, 3)
    await intake.deliver(TEAM, an_acceptance(referral, source=GEMEENTE_SYSTEM))
    await steps(intake, case, 4)
    before = ["support_requested", "consent_given", "parents_consulted", "jgt_referred"]

    assert await history(intake, case, issuer) == before
    await send(intake, a_consent_given(case, "feedback_to_school"))
    await told_about(intake, SCHOOL, ConsentGiven, [case], times=2)
    assert await history(intake, case, issuer) == [*before, "jgt_referral_accepted", "consent_given"]
    await send(intake, a_consent_withdrawn(case, "feedback_to_school"))
    await told_about(intake, SCHOOL, ConsentWithdrawn, [case])
    assert await history(intake, case, issuer) == [*before, "consent_given", "consent_withdrawn"]


async def history(intake: RunningService, case: str, issuer: Issuer) -> list[str]:
    return [line["event"] for line in (await zaak(intake, case, issuer))["history"]]
