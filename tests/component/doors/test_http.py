"""The doors over HTTP: whatever a party posts, it is told all that is wrong; nobody else notices, and nothing of it is shown."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from passend_contracts.envelope import BATCH, STRUCTURED, encode

from tests.component.doors.answers import Answers
from tests.component.doors.canary import CHILD, assert_nothing_kept, traces
from tests.component.doors.door import Door
from tests.component.doors.inputs import Errors, Request, a_good, as_json, on_both_ways, on_http
from tests.component.facts import rows
from tests.component.issuer import Issuer, bearer
from tests.pairs.pair import Pair
from tests.running import RunningService


async def post(service: RunningService, request: Request) -> httpx.Response:
    content = _in_chunks(request.body) if request.chunked else request.body
    return await service.http.post("/v1/gebeurtenissen", content=content, headers=request.headers)


async def _in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1_000_000):
        yield body[start : start + 1_000_000]


def told(answer: httpx.Response) -> tuple[int, Errors]:
    """Status and errors of a refusal in problem details."""
    assert (answer.headers["content-type"], answer.headers["api-version"]) == ("application/problem+json", "1.0.0")
    problem = answer.json()
    assert (problem["status"], bool(problem["title"]), bool(problem["detail"])) == (answer.status_code, True, True)
    return answer.status_code, tuple((error["path"], error["code"]) for error in problem.get("errors", ()))


async def test_a_bad_request_is_told_all_that_is_wrong_and_stops_nothing(
    door: Door,
    service: RunningService,
    issuer: Issuer,
    pair: Pair,
    answers: Answers,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers = {"Content-Type": STRUCTURED, **bearer(issuer.token(door.party))}
    taken = a_good(door)
    bad = [Request(each.what, headers, each.body or b"", 400, each.errors) for each in on_both_ways(door, taken)] + on_http(door, issuer)
    good = await door.with_effect(service, len(bad))

    assert (await post(service, Request("good", headers, as_json(taken), 202))).status_code == 202
    given = {}
    for request, healthy in zip(bad, good, strict=True):
        given[request.what] = await post(service, request)
        accepted = await post(service, Request("good", headers, encode(healthy), 202))
        assert (accepted.status_code, accepted.json()["event"]) == (202, healthy.id), f"after: {request.what}"

    for what, answer in given.items():
        answers.over_http(what, *told(answer))
    assert {what: told(answer) for what, answer in given.items()} == {request.what: (request.status, request.errors) for request in bad}
    await door.acted_upon(service, good)
    arrived = {row["id"] for row in await rows(pair, door.service, "SELECT id FROM arrival")}
    assert arrived == {taken["id"], *(event.id for event in good)}
    assert traces(*(part for answer in given.values() for part in (answer.content, answer.headers.raw))) == []
    assert traces((await service.http.get("/metrics")).text) == []
    await assert_nothing_kept(door, pair, capsys, caplog)


async def test_a_batch_is_answered_per_event_in_its_order(door: Door, service: RunningService, issuer: Issuer) -> None:
    first, second = await door.with_effect(service, 2)
    other = replace(second, id=first.id)
    bad = a_good(door) | {"id": CHILD}
    nothing = a_good(door)
    del nothing["id"]
    body = b"[" + b",".join([encode(first), as_json(bad), encode(second), encode(first), encode(other), as_json(nothing), b"3"]) + b"]"
    headers = {"Content-Type": BATCH, **bearer(issuer.token(door.party))}

    answer = await post(service, Request("batch", headers, body, 200))

    assert answer.status_code == 200
    lines = answer.json()
    assert [(line["id"], line["status"]) for line in lines] == [
        (first.id, 202),
        (None, 400),
        (second.id, 202),
        (first.id, 202),
        (first.id, 400),
        (None, 400),
        (None, 400),
    ]
    codes = [[error["code"] for error in line["problem"]["errors"]] for line in lines if "problem" in line]
    assert codes == [["bad-id"], ["id-reused"], ["missing-attribute"], ["bad-json"]]
    assert lines[0]["receipt"] == lines[3]["receipt"] != lines[2]["receipt"]
    assert lines[0]["location"].endswith(first.subject)
    assert traces(answer.content) == []
    await door.acted_upon(service, [first, second])
