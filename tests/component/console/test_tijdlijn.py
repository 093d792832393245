"""The timeline over HTTP: for operators only, and nothing in it comes before its cause."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
from passend_contracts.envelope import Envelope

from services.chassis.http import PROBLEM
from tests.builders.events import GEMEENTE_SYSTEM, a_consent_given, a_parents_consulted, a_referral, a_support_requested, an_acceptance
from tests.component.conftest import Tokens
from tests.component.console.conftest import Rows
from tests.component.console.told import SCHOOL, STATUS, TEAM, because_of
from tests.running import RunningService


async def put(console: RunningService, records: Iterable[tuple[str, Envelope]]) -> None:
    for topic, event in records:
        await console.topics.emit(topic, event)


def told(hops: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(hop["event"], hop["by"], hop["topic"]) for hop in hops]


async def test_a_timeline_tells_everything_of_one_case_and_nothing_before_its_cause(
    console: RunningService, tokens: Tokens, rows: Rows
) -> None:
    consultation = a_parents_consulted(str(uuid4()), producer="intake")
    referral = a_referral(consultation.subject, **because_of(consultation))
    acceptance = an_acceptance(referral, source=GEMEENTE_SYSTEM, producer="jgt_bridge", **because_of(referral))
    consent = a_consent_given(consultation.subject, producer="intake")
    await put(console, [(STATUS, acceptance), (STATUS, referral), (TEAM, referral), (SCHOOL, consultation), (SCHOOL, consent)])
    await console.topics.put(SCHOOL, b'{"subject":"%s"}' % consultation.subject.encode(), key=consultation.subject.encode())
    this, that = (str(uuid4()) for _ in range(2))  # each says that the other is its cause, so neither can come after it
    egg = a_consent_given(consultation.subject, id=this, causationid=f"{consultation.source}#{that}")
    await put(console, [(SCHOOL, egg), (SCHOOL, a_consent_given(consultation.subject, id=that, **because_of(egg)))])
    await put(console, [(SCHOOL, a_support_requested())])
    await rows("SELECT 1 FROM record WHERE topic <> 'dlq.console.v1'", at_least=9)
    answer = await console.http.get(f"/v1/tijdlijnen/{consultation.subject}", headers=tokens("console", "operator"))
    hops = answer.json()["hops"]
    assert (answer.status_code, answer.json()["caseId"], answer.headers["API-Version"]) == (200, consultation.subject, "1.0.0")
    assert told(hops) == [
        ("parents_consulted", "bg41234", SCHOOL),
        ("jgt_referred", "jgt_bridge", STATUS),
        ("jgt_referral_accepted", "gm0546", STATUS),
        ("jgt_referred", "jgt_bridge", TEAM),
        ("consent_given", "bg41234", SCHOOL),
        ("unreadable", "intake", SCHOOL),
        ("consent_given", "bg41234", SCHOOL),
        ("consent_given", "bg41234", SCHOOL),
    ]
    assert (hops[0]["id"], hops[1]["causationId"]) == (consultation.id, f"{consultation.source}#{consultation.id}")
    assert not any("data" in hop for hop in hops), "an operator reads no content"
    assert "missing-attribute" in hops[5]["reasons"]
    consulted, referred = (datetime.fromisoformat(hop["publishedAt"]) for hop in hops[:2])
    assert consulted > referred, "the order is not that of the clock"


async def test_only_an_operator_reads_timelines(console: RunningService, tokens: Tokens, rows: Rows) -> None:
    await put(console, [(SCHOOL, request := a_support_requested())])
    await rows("SELECT 1 FROM record", at_least=1)
    operator, board = tokens("console", "operator"), tokens("bg41234")
    path = f"/v1/tijdlijnen/{request.subject}"
    calls = {
        200: [(path, operator)],
        401: [(path, {}), (path, {"Authorization": "Bearer of bad news"}), (path, {"Authorization": "Basic Y29uc29sZTpkZW1v"})],
        403: [(path, board), (path, tokens("gm0546")), (f"/v1/tijdlijnen/{uuid4()}", board)],
        404: [(f"/v1/tijdlijnen/{each}", operator) for each in (uuid4(), request.subject[:8], request.subject.upper())],
    }
    calls[404] += [("/v1/tijdlijnen", operator), (f"{path}/", operator), ("/v1/iets-anders", {})]
    for status, tried in calls.items():
        for where, headers in tried:
            answer = await console.http.get(where, headers=headers)
            assert (where, answer.status_code) == (where, status)
            assert answer.is_success or _is_a_problem(answer, status)


def _is_a_problem(answer: httpx.Response, status: int) -> bool:
    return answer.headers["content-type"] == PROBLEM and answer.json()["status"] == status and bool(answer.json()["detail"])
