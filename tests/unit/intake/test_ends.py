"""How a case ends, stands still and goes on: never over an open obligation, and never in silence."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.intake.domain.case import Case, Handover, Outcome, Result
from services.intake.domain.obligation import Kind, consult_parents

MONDAY = date(2026, 11, 2)
BOARD, OTHER, SWV = "bg41234", "bg41235", "swv2801"


def a_case() -> Case:
    return Case(
        id="case",
        board=BOARD,
        board_urn="urn",
        school="90AA00",
        municipality="gm0546",
        age_band="6-7",
        opened_on=MONDAY,
        team_known=True,
        obligations=(consult_parents(BOARD, MONDAY),),
    )


def met(case: Case) -> Case:
    return case.evaluated(Result.GOAL_MET, on=MONDAY, again_on=None)


def kinds(case: Case) -> set[Kind]:
    return {each.kind for each in case.obligations}


def test_a_goal_that_was_met_ends_the_case() -> None:
    assert met(a_case()).outcome is Outcome.SUPPORTED
    assert met(a_case().placement_started(MONDAY)).outcome is Outcome.PLACED
    assert met(a_case().placement_started(MONDAY).placement_ended(MONDAY)).outcome is Outcome.SUPPORTED


def test_no_case_is_closed_over_what_somebody_else_owes() -> None:
    for waiting, owed in (
        (a_case().referred(gemeente="gm0546", answer_due=MONDAY), Kind.TEAM_ANSWER),
        (a_case().asks_arrangement(SWV, MONDAY), Kind.DECIDE_ARRANGEMENT),
        (a_case().expert_assigned(SWV, MONDAY), Kind.EXPERT_REPORT),
    ):
        assert (met(waiting).outcome, kinds(met(waiting))) == (None, {owed})


def test_support_that_goes_on_is_evaluated_again_on_the_day_agreed_within_a_year() -> None:
    for again_on, due in (
        (None, MONDAY + timedelta(weeks=6)),
        (MONDAY + timedelta(weeks=10), MONDAY + timedelta(weeks=10)),
        (MONDAY + timedelta(days=500), MONDAY + timedelta(days=365)),
    ):
        [evaluation] = a_case().evaluated(Result.GOES_ON, on=MONDAY, again_on=again_on).obligations
        assert (evaluation.kind, evaluation.due) == (Kind.EVALUATE_SUPPORT, due)


def test_support_that_is_not_enough_has_the_board_decide() -> None:
    assert kinds(a_case().evaluated(Result.NOT_ENOUGH, on=MONDAY, again_on=None)) == {Kind.DECIDE_NEXT_STEP}


@pytest.mark.parametrize(("to", "receiver"), [(OTHER, OTHER), (None, BOARD)])
def test_a_handover_leaves_every_duty_until_the_next_board_has_taken_over(to: str | None, receiver: str) -> None:
    announced = a_case().announces(Handover(to, Outcome.MOVED), MONDAY)
    assert {(each.kind, each.owner) for each in announced.obligations} == {(Kind.CONSULT_PARENTS, BOARD), (Kind.TAKE_OVER, receiver)}
    assert announced.may_take_over(receiver)
    assert not announced.may_take_over(BOARD if to else OTHER)
    assert announced.taken_over().outcome is Outcome.MOVED
    assert not a_case().may_take_over(BOARD)


def test_a_reopened_case_begins_with_a_decision_of_the_board() -> None:
    assert kinds(met(a_case()).reopened(MONDAY)) == {Kind.DECIDE_NEXT_STEP}


def late(case: Case, times: int) -> Case:
    """The same with its first duty late so many times."""
    for _ in range(times):
        duty = case.late("consult_parents", MONDAY)
        assert duty
        case = case.stalled(duty, SWV) if duty.stalls else case.with_duty(duty, without=())
    return case


def test_what_everybody_has_heard_of_stays_before_the_samenwerkingsverband_until_it_is_done() -> None:
    due = MONDAY + timedelta(weeks=2)
    expected = [due + timedelta(weeks=weeks) for weeks in (0, 1, 2, 3, 7, 11)]
    assert [late(a_case(), times).obligations[0].climbs_after for times in range(6)] == expected
    assert kinds(late(a_case(), 3)) == {Kind.CONSULT_PARENTS}
    stalled = late(a_case(), 5)
    [resolve] = [each for each in stalled.obligations if each.kind is Kind.RESOLVE_STALL]
    assert (resolve.owner, resolve.due, resolve.climbs_after) == (SWV, due + timedelta(weeks=11), None)
    assert kinds(stalled.consulted(referral_wanted=False, on=MONDAY)) == {Kind.EVALUATE_SUPPORT}
    assert met(stalled).outcome is Outcome.SUPPORTED


def test_a_date_of_long_ago_climbs_each_step_once_and_stalls_once() -> None:
    case, told = a_case(), []
    while (duty := case.late("consult_parents", MONDAY + timedelta(weeks=600))) and duty.climbs_after:
        told.append(duty.stalls)
        case = case.stalled(duty, SWV) if duty.stalls else case.with_duty(duty, without=())
        if duty.climbs_after >= MONDAY + timedelta(weeks=600):
            break
    assert told[:3] == [0, 0, 0]
    assert len(told) == 4


def test_an_evaluation_after_the_day_of_leaving_says_that_the_child_stayed() -> None:
    announced = a_case().announces(Handover(OTHER, Outcome.MOVED), MONDAY)
    assert Kind.TAKE_OVER in kinds(announced.evaluated(Result.GOES_ON, on=MONDAY, again_on=None))
    assert Kind.TAKE_OVER not in kinds(announced.evaluated(Result.GOES_ON, on=MONDAY + timedelta(days=1), again_on=None))


def a_referred_case() -> Case:
    wanted = a_case().consulted(referral_wanted=True, on=MONDAY).consented(to_refer=True, to_feedback=False, on=MONDAY)
    return wanted.referred(gemeente="gm0546", answer_due=MONDAY + timedelta(weeks=1))


def consent(case: Case) -> Case:
    return case.consented(to_refer=True, to_feedback=False, on=MONDAY)


def test_nobody_owes_a_referral_that_is_never_sent() -> None:
    again = a_referred_case().consulted(referral_wanted=True, on=MONDAY)
    assert kinds(again) == {Kind.TEAM_ANSWER}
    assert kinds(again.team_accepted(MONDAY)) == {Kind.EVALUATE_SUPPORT}
    assert kinds(consent(a_referred_case().team_declined(MONDAY))) == {Kind.DECIDE_NEXT_STEP}
    assert kinds(consent(met(a_case().consulted(referral_wanted=True, on=MONDAY)).reopened(MONDAY))) == {Kind.DECIDE_NEXT_STEP}
    assert kinds(consent(a_referred_case().referral_ended(MONDAY))) == {Kind.REFER}, "what was recalled goes out again"
    elsewhere = replace(a_case(), team_known=False).consulted(referral_wanted=True, on=MONDAY)
    assert kinds(consent(elsewhere)) == {Kind.DECIDE_NEXT_STEP}
