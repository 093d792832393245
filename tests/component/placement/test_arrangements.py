"""An arrangement is asked for, granted or refused once, within bounds, and ends."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from passend_contracts.events import ArrangementEnded, ArrangementGranted, ArrangementRefused

from services.chassis.calendar import end_of
from services.chassis.clock import SimulatedClock
from tests.builders.events import NOW, TODAY, a_case_closed, a_case_opened, an_arrangement_requested
from tests.component.placement.office import GUARD, REQUESTS, TO_BOARD, Office, a_grant, on


async def test_a_grant_is_told_to_who_follows_the_case_and_to_the_board_that_asked(office: Office) -> None:
    case = await office.a_case()
    request = await office.an_arrangement(case)
    await office.decided(case, f"arrangementen/{request}/toekenningen", a_grant())
    [told] = await office.told(ArrangementGranted, case)
    [to_board] = await office.told(ArrangementGranted, case, topic=TO_BOARD)
    assert told.data == {"request": request, "kind": "exceptional", "decidedOn": on(0), **a_grant()}
    assert (told.id, told.data) == (to_board.id, to_board.data)
    assert told.source.startswith("urn:nld:hr:kvknummer:90002801:")


async def test_an_arrangement_granted_twice_is_refused_and_has_no_second_effect(office: Office) -> None:
    case = await office.a_case()
    request = await office.an_arrangement(case)
    path, key = f"arrangementen/{request}/toekenningen", str(uuid4())
    first, repeated = [await office.post(case, path, a_grant(), key=key) for _ in range(2)]
    assert (first.status_code, repeated.status_code, first.json()) == (201, 200, repeated.json())
    again = await office.post(case, path, a_grant(hoursPerWeek=20))
    assert (again.status_code, again.json()["rule"], again.headers["content-type"]) == (
        409,
        "request_undecided",
        "application/problem+json",
    )
    assert "A request is decided once. End the arrangement" in again.json()["detail"]
    refusal = await office.post(case, f"arrangementen/{request}/afwijzingen", {"ground": "incomplete", "possible": "complete_request"})
    assert refusal.json()["rule"] == "request_undecided"
    assert [each["grant"]["hoursPerWeek"] for each in (await office.case(case))["arrangements"]] == [8]
    assert await office.all_told(case) == ["arrangement_granted"]


async def test_a_decision_that_is_sent_twice_at_once_is_taken_once(office: Office) -> None:
    case, key = await office.a_case(), str(uuid4())
    request = await office.an_arrangement(case)
    path = f"arrangementen/{request}/toekenningen"
    answers = await asyncio.gather(*(office.post(case, path, a_grant(), key=key) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert await office.all_told(case) == ["arrangement_granted"]


async def test_a_key_that_was_used_for_another_decision_is_told_so(office: Office) -> None:
    case, key = await office.a_case(), str(uuid4())
    request = await office.an_arrangement(case)
    await office.post(case, f"arrangementen/{request}/toekenningen", a_grant(), key=key)
    for path, form in ((f"arrangementen/{request}/toekenningen", a_grant(hoursPerWeek=9)), ("zoekopdrachten", {"kind": "so"})):
        answer = await office.post(case, path, form, key=key)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "id-reused")


async def test_a_refusal_says_why_and_what_is_possible(office: Office) -> None:
    case = await office.a_case()
    request = await office.an_arrangement(case)
    await office.decided(case, f"arrangementen/{request}/afwijzingen", {"ground": "not_exceptional", "possible": "request_expert"})
    [told] = await office.told(ArrangementRefused, case, topic=TO_BOARD)
    assert told.data == {"request": request, "decidedOn": on(0), "ground": "not_exceptional", "possible": "request_expert"}


async def test_a_child_has_one_arrangement_at_a_time(office: Office) -> None:
    case = await office.a_case()
    first = await office.an_arrangement(case)
    await office.decided(case, f"arrangementen/{first}/toekenningen", a_grant())
    second = await office.an_arrangement(case)
    assert (await office.post(case, f"arrangementen/{second}/toekenningen", a_grant())).json()["rule"] == "one_arrangement"
    await office.decided(case, f"arrangementen/{first}/beeindigingen", {"endedOn": on(0), "reason": "goal_met"})
    again = await office.post(case, f"arrangementen/{first}/beeindigingen", {"endedOn": on(0), "reason": "goal_met"})
    assert (again.status_code, again.json()["rule"]) == (409, "arrangement_runs")
    await office.decided(case, f"arrangementen/{second}/toekenningen", a_grant())
    assert await office.all_told(case) == ["arrangement_granted", "arrangement_ended", "arrangement_granted"]


async def test_an_arrangement_ends_after_its_last_day_by_itself(timed_office: Office, clock: SimulatedClock) -> None:
    office = timed_office
    case = await office.a_case()
    request = await office.an_arrangement(case)
    await office.decided(case, f"arrangementen/{request}/toekenningen", a_grant())
    clock.set(end_of(TODAY + timedelta(days=180)))
    [ended] = await office.told(ArrangementEnded, case)
    assert ended.data == {"request": request, "endedOn": on(180), "reason": "term_reached"}
    assert ended.time > NOW


async def test_a_closed_case_ends_what_runs_and_drops_what_waits(office: Office) -> None:
    case = await office.a_case()
    running = await office.an_arrangement(case)
    await office.decided(case, f"arrangementen/{running}/toekenningen", a_grant())
    waiting = await office.an_arrangement(case)
    await office.service.deliver(GUARD, a_case_closed(case))
    [ended] = await office.told(ArrangementEnded, case)
    assert (ended.data["request"], ended.data["reason"]) == (running, "case_closed")
    seen = await office.until(case, lambda seen: not seen["isOpen"])
    assert sorted(each["state"] for each in seen["arrangements"]) == ["ended", "lapsed"]
    answer = await office.post(case, f"arrangementen/{waiting}/toekenningen", a_grant())
    assert (answer.status_code, answer.json()["rule"]) == (409, "open_case")


async def test_a_request_that_is_read_before_its_case_is_not_lost(office: Office) -> None:
    opened = a_case_opened()
    asked = an_arrangement_requested(opened.subject)
    await office.service.deliver(REQUESTS, asked)
    await office.until(opened.subject, lambda seen: "school" not in seen and seen["arrangements"])
    await office.service.deliver(GUARD, opened)
    seen = await office.until(opened.subject, lambda seen: "school" in seen)
    assert [each["request"] for each in seen["arrangements"]] == [asked.id]


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({}, {("$.startsOn", "missing-field"), ("$.evaluateOn", "missing-field"), ("$.endsOn", "missing-field")}),
        (
            a_grant(hoursPerWeek="8", startsOn="1-2-2027", endsOn=None, story="x"),
            {("$.hoursPerWeek", "wrong-type"), ("$.startsOn", "bad-format"), ("$.endsOn", "missing-field"), ("$.story", "unknown-field")},
        ),
        (
            a_grant(hoursPerWeek=None, evaluateOn=on(400), endsOn=on(-1)),
            {("$.hoursPerWeek", "does-not-fit"), ("$.evaluateOn", "does-not-fit"), ("$.endsOn", "does-not-fit")},
        ),
        (a_grant(budget=4000, endsOn=on(500)), {("$.endsOn", "does-not-fit")}),
        ([], {("$", "wrong-type")}),
    ],
)
async def test_bad_input_is_told_with_everything_that_is_wrong(office: Office, form: object, errors: set[tuple[str, str]]) -> None:
    case = await office.a_case()
    request = await office.an_arrangement(case)
    answer = await office.post(case, f"arrangementen/{request}/toekenningen", form)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert {(error["path"], error["code"]) for error in answer.json()["errors"]} == errors
    without_key = await office.post(case, f"arrangementen/{request}/toekenningen", form, key="mine")
    assert {(error["path"], error["code"]) for error in without_key.json()["errors"]} == errors | {("Idempotency-Key", "missing-key")}
