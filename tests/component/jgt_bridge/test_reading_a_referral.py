"""`GET /v1/verwijzingen/{id}`: the gemeente that was asked reads how far its referral is; nobody else learns that there is one."""

from uuid import uuid4

import httpx
from passend_contracts.envelope import Envelope
from passend_contracts.events import JGTReferralAccepted, JGTReferralRecalled, JGTReferred

from tests.builders.events import (
    BOARD,
    GEMEENTE,
    GEMEENTE_SYSTEM,
    OTHER_GEMEENTE,
    a_consent_given,
    a_consent_withdrawn,
    a_parents_consulted,
    a_support_requested,
    an_acceptance,
)
from tests.component.facts import told_about, until_there
from tests.component.issuer import Issuer, bearer
from tests.pairs.pair import Pair
from tests.running import RunningService

SCHOOL = "school.cases.v1"
STATUS = "jgt.cases.v1"


async def read(bridge: RunningService, path: str, token: str | None) -> httpx.Response:
    return await bridge.http.get(path, headers=bearer(token) if token else {})


async def test_the_gemeente_that_was_asked_reads_how_far_its_referral_is(jgt_bridge: RunningService, issuer: Issuer) -> None:
    referral = await a_referral_to(jgt_bridge)
    recalled = await a_referral_to(jgt_bridge)
    own = issuer.token(GEMEENTE)
    sent = await read(jgt_bridge, f"/v1/verwijzingen/{referral.subject}", own)
    assert (sent.status_code, sent.json()) == (200, {"caseId": referral.subject, "referral": referral.id, "state": "sent"})
    await jgt_bridge.topics.emit(f"from.{GEMEENTE}.v1", an_acceptance(referral, source=GEMEENTE_SYSTEM))
    await jgt_bridge.deliver(SCHOOL, a_consent_withdrawn(recalled.subject))
    await told_about(jgt_bridge, STATUS, JGTReferralAccepted, [referral.subject])
    await told_about(jgt_bridge, STATUS, JGTReferralRecalled, [recalled.subject])
    states = [(await read(jgt_bridge, f"/v1/verwijzingen/{case.subject}", own)).json()["state"] for case in (referral, recalled)]
    assert states == ["accepted", "recalled"]


async def test_nobody_else_learns_that_a_family_was_referred(jgt_bridge: RunningService, issuer: Issuer, pair: Pair) -> None:
    referral, unsent = await a_referral_to(jgt_bridge), a_support_requested()
    await jgt_bridge.deliver(SCHOOL, unsent)
    await jgt_bridge.deliver(SCHOOL, a_parents_consulted(unsent.subject))
    await until_there(pair, "jgt_bridge", f"SELECT 1 FROM referral WHERE case_id = '{unsent.subject}' AND wants_referral")
    own, path = issuer.token(GEMEENTE), f"/v1/verwijzingen/{referral.subject}"
    answers = {
        "a case that is not there": (await read(jgt_bridge, f"/v1/verwijzingen/{uuid4()}", own), 404),
        "its own, but nothing was sent": (await read(jgt_bridge, f"/v1/verwijzingen/{unsent.subject}", own), 404),
        "another gemeente": (await read(jgt_bridge, path, issuer.token(OTHER_GEMEENTE)), 404),
        "the board that sent it": (await read(jgt_bridge, path, issuer.token(BOARD)), 404),
        "an operator": (await read(jgt_bridge, path, issuer.token("console", scope="operator")), 404),
        "no token": (await read(jgt_bridge, path, None), 401),
        "a trailing slash": (await read(jgt_bridge, f"{path}/", own), 404),
        "no id": (await read(jgt_bridge, "/v1/verwijzingen/999990019", own), 404),
    }
    assert {what: answer.status_code for what, (answer, _) in answers.items()} == {what: status for what, (_, status) in answers.items()}
    assert {answer.headers["content-type"] for answer, _ in answers.values()} == {"application/problem+json"}
    hidden = ("a case that is not there", "its own, but nothing was sent", "another gemeente", "the board that sent it")
    assert len({answers[what][0].text for what in hidden}) == 1


async def a_referral_to(bridge: RunningService) -> Envelope:
    request = a_support_requested()
    for event in (request, a_parents_consulted(request.subject), a_consent_given(request.subject)):
        await bridge.deliver(SCHOOL, event)
    [referral] = await told_about(bridge, f"to.{GEMEENTE}.v1", JGTReferred, [request.subject])
    return referral
