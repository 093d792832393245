from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.placement.domain import rules
from services.placement.domain.arrangement import Arrangement, Grant, State
from services.placement.domain.case import Case

TODAY = date(2026, 11, 25)
GOOD = Grant(date(2026, 12, 1), date(2027, 3, 1), date(2027, 7, 31), hours_per_week=8)


def a_case(*requests: str) -> Case:
    asked = tuple(Arrangement(each, "exceptional", TODAY, TODAY, date(2027, 7, 31)) for each in requests)
    return Case("case", "bg41234", "urn:nld:hr:kvknummer:90041234", arrangements=asked)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, []),
        ({"hours_per_week": None, "budget": 4000}, []),
        ({"hours_per_week": None}, ["hours_per_week"]),
        ({"evaluate_on": date(2026, 11, 30)}, ["evaluate_on"]),
        ({"evaluate_on": date(2027, 8, 1)}, ["evaluate_on"]),
        ({"starts_on": date(2026, 7, 24)}, ["ends_on"]),
        ({"starts_on": date(2026, 7, 25)}, []),
        ({"starts_on": date(2026, 1, 1), "evaluate_on": date(2026, 5, 1), "ends_on": date(2026, 11, 24)}, ["ends_on"]),
        ({"starts_on": date(2026, 1, 1), "evaluate_on": date(2026, 5, 1), "ends_on": TODAY}, []),
        (
            {"hours_per_week": None, "evaluate_on": date(2028, 1, 1), "ends_on": date(2020, 1, 1)},
            ["hours_per_week", "evaluate_on", "ends_on"],
        ),
    ],
)
def test_a_grant_has_bounds_that_go_together(changed: dict[str, Any], wrong: list[str]) -> None:
    grant = replace(GOOD, **changed)
    assert [fault.field for fault in grant.faults(TODAY)] == wrong


def test_a_request_is_decided_once() -> None:
    granted = a_case("a").grant("a", GOOD)
    assert isinstance(granted, Case)
    assert granted.grant("a", GOOD) == granted.refuse("a") == rules.UNDECIDED
    refused = a_case("a").refuse("a")
    assert isinstance(refused, Case)
    assert refused.grant("a", GOOD) == rules.UNDECIDED


def test_the_next_arrangement_waits_for_the_end_of_the_one_before() -> None:
    granted = a_case("a", "b").grant("a", GOOD)
    assert isinstance(granted, Case)
    assert granted.grant("b", GOOD) == rules.ONE_ARRANGEMENT
    ended = granted.end_arrangement("a")
    assert isinstance(ended, Case)
    assert isinstance(ended.grant("b", GOOD), Case)
    assert ended.end_arrangement("a") == ended.end_arrangement("b") == rules.RUNNING


def test_what_nobody_asked_for_is_not_decided() -> None:
    case = a_case("a")
    assert case.grant("b", GOOD) == case.refuse("b") == case.end_arrangement("b") == case.report("a") == rules.KNOWN_REQUEST


def test_a_closed_case_has_nothing_left_to_decide() -> None:
    granted = a_case("a", "b").grant("a", GOOD)
    assert isinstance(granted, Case)
    assert [each.state for each in granted.closed().arrangements] == [State.ENDED, State.LAPSED]
    assert not granted.closed().is_open


def test_an_arrangement_is_over_after_its_last_day_and_not_on_it() -> None:
    granted = a_case("a").arrangements[0].granted(GOOD)
    assert [granted.is_over(on) for on in (date(2027, 7, 31), date(2027, 8, 1))] == [False, True]
