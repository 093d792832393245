"""What the guardian makes of a message that reached nobody, and of somebody who was reached."""

from datetime import date, timedelta

from services.intake.domain.case import Case, Result
from services.intake.domain.obligation import Kind, consult_parents, evaluate_support

DAY = date(2026, 11, 25)
BOARD, URN, SWV = "bg41234", "urn:nld:hr:kvknummer:90041234", "swv2801"


def a_case() -> Case:
    return Case("case", BOARD, URN, "90AA00", "gm0546", "6-7", DAY, True, (consult_parents(BOARD, DAY),))


def kinds(case: Case) -> set[Kind]:
    return {each.kind for each in case.obligations}


def test_a_message_that_reached_nobody_is_a_duty_of_the_samenwerkingsverband_until_somebody_is_reached() -> None:
    case = a_case().unreached(SWV, DAY)
    [reach] = [each for each in case.obligations if each.kind is Kind.REACH_PERSON]
    assert (reach.owner, reach.due) == (SWV, DAY + timedelta(days=1))
    assert kinds(case.reached()) == {Kind.CONSULT_PARENTS}
    assert case.reached().reached() == case.reached()


def test_a_second_one_gives_no_new_term() -> None:
    assert a_case().unreached(SWV, DAY).unreached(SWV, DAY + timedelta(days=3)) == a_case().unreached(SWV, DAY)


def test_it_keeps_no_case_open_whose_goal_is_met() -> None:
    case = a_case().with_duty(evaluate_support(BOARD, DAY), without=(Kind.CONSULT_PARENTS,)).unreached(SWV, DAY)
    assert not case.evaluated(Result.GOAL_MET, on=DAY, again_on=None).is_open


def test_a_closed_case_takes_up_nothing() -> None:
    closed = a_case().with_duty(evaluate_support(BOARD, DAY), without=(Kind.CONSULT_PARENTS,))
    closed = closed.evaluated(Result.GOAL_MET, on=DAY, again_on=None)
    assert closed.unreached(SWV, DAY) == closed
