"""What a crisis makes a board owe, what meets that, and what changes nothing in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.domain.case import Case
from services.intake.domain.crisis import Ahead, Crisis
from services.intake.domain.history import Entry
from services.intake.domain.obligation import Kind, Obligation, consult_parents, plan_after_crisis

DAY = date(2026, 11, 25)
BOARD, URN, OTHER = "bg41234", "urn:nld:hr:kvknummer:90041234", "urn:nld:hr:kvknummer:90041235"
HEARD = Entry(datetime(2026, 11, 25, 9, tzinfo=UTC), "crisis_raised", "intake")


def a_case() -> Case:
    return Case("case", BOARD, URN, "90AA00", "gm0546", "6-7", DAY, True, (consult_parents(BOARD, DAY),))


def a_crisis(name: str = "first", *, on: date = DAY, board_urn: str = URN) -> Crisis:
    return Crisis(name, board_urn, on, HEARD)


def plan(case: Case) -> Obligation | None:
    return next((each for each in case.obligations if each.kind is Kind.PLAN_AFTER_CRISIS), None)


def talked(case: Case, on: date, *, referral_wanted: bool = False) -> Case:
    return case.consulted(referral_wanted=referral_wanted, on=on)


def a_late_case() -> Case:
    """Whose plan after a crisis is late and has climbed twice."""
    late = replace(plan_after_crisis(BOARD, DAY), steps=2)
    return a_case().crisis(a_crisis()).with_duty(late, without=())


@pytest.mark.parametrize("on", [DAY - timedelta(weeks=1), DAY, DAY + timedelta(weeks=4)])
@pytest.mark.parametrize("name", ["first", "second"])
def test_no_news_of_a_crisis_gives_a_late_plan_a_new_term(name: str, on: date) -> None:
    late = plan(a_late_case())
    for told in (a_late_case().crisis(a_crisis(name, on=on)), a_late_case().crisis_goes_on(a_crisis(name, on=on))):
        kept = plan(told)
        assert late
        assert kept
        assert (kept.due, kept.steps) == (late.due, late.steps) == (DAY + timedelta(weeks=1), 2)


def test_an_update_that_is_heard_first_is_taken_up() -> None:
    assert plan(a_case().crisis_goes_on(a_crisis())) == plan_after_crisis(BOARD, DAY)


@pytest.mark.parametrize("referral_wanted", [True, False])
@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_talk_on_the_day_of_the_crisis_or_later_meets_the_plan(days: int, *, referral_wanted: bool) -> None:
    case = talked(a_case().crisis(a_crisis()), DAY + timedelta(days=days), referral_wanted=referral_wanted)
    assert plan(case) is None
    assert case.obligations
    assert plan(case.crisis_goes_on(a_crisis(on=DAY + timedelta(days=31)))) is None, "an update is no crisis again"
    assert plan(case.crisis(a_crisis("second"))) is not None


def test_a_talk_before_the_crisis_was_about_something_else() -> None:
    case = talked(a_case().crisis(a_crisis()), DAY - timedelta(days=1))
    assert plan(case) == plan_after_crisis(BOARD, DAY)


def test_a_talk_between_two_crises_leaves_the_plan_owed() -> None:
    twice = a_case().crisis(a_crisis()).crisis(a_crisis("second", on=DAY + timedelta(days=3)))
    assert plan(talked(twice, DAY + timedelta(days=1))) == plan_after_crisis(BOARD, DAY)
    assert plan(talked(twice, DAY + timedelta(days=3))) is None


def test_a_case_takes_up_what_its_own_board_told_of_before_it_was_open() -> None:
    later, foreign = a_crisis("second", on=DAY + timedelta(days=2)), a_crisis(on=DAY - timedelta(days=9), board_urn=OTHER)
    ahead = Ahead("case").crisis(later).crisis(foreign).crisis(a_crisis()).crisis(a_crisis(on=DAY + timedelta(days=5)))
    case = a_case().takes_up(ahead)
    assert case.crises == (a_crisis(), later)
    assert case.new_entries == (HEARD, HEARD)
    assert plan(case) == plan_after_crisis(BOARD, DAY)
    assert a_case().takes_up(Ahead("case").crisis(foreign)) == a_case()
