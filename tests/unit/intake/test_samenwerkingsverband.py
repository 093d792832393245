"""No step with the samenwerkingsverband leaves an open case without an obligation, in whatever order the facts come."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import permutations

from services.intake.domain.case import Case, Outcome
from services.intake.domain.obligation import DUTY_OF_CARE_LADDER, SUPPORT_LADDER, Kind, consult_parents, decide_next_step, find_place

DAY = date(2026, 11, 25)
SWV, BOARD, THERE = "swv2801", "bg41234", "bg41237"
Fact = Callable[[Case], Case]

FACTS: tuple[Fact, ...] = (
    lambda case: case.asks_arrangement(SWV, DAY),
    lambda case: case.arrangement_granted(DAY),
    lambda case: case.arrangement_ended(DAY),
    lambda case: case.expert_reported(DAY),
    lambda case: case.place_sought(SWV, DAY),
    lambda case: case.place_agreed(THERE, DAY),
    lambda case: case.placement_started(DAY),
)


def a_case() -> Case:
    return Case("case", BOARD, "urn", "90AA00", "gm0546", "6-7", DAY, True, (consult_parents(BOARD, DAY),))


def kinds(case: Case) -> set[Kind]:
    return {each.kind for each in case.obligations}


def test_an_open_case_always_holds_an_obligation() -> None:
    for facts in permutations(FACTS):
        case = a_case().consulted(referral_wanted=False, on=DAY)
        for fact in facts:
            case = fact(case)
            assert case.obligations


def test_a_late_duty_gets_no_new_term() -> None:
    late = a_case().with_duty(decide_next_step(BOARD, DAY - timedelta(weeks=8)), without=())
    for ended in (late.arrangement_refused(DAY), late.arrangement_ended(DAY), late.placement_ended(DAY)):
        assert [each.due for each in ended.obligations if each.kind is Kind.DECIDE_NEXT_STEP] == [DAY - timedelta(weeks=7)]


def test_an_offer_leaves_the_search_where_it_was_until_it_is_agreed() -> None:
    offered = a_case().place_sought(SWV, DAY).place_offered(DAY)
    assert kinds(offered) >= {Kind.FIND_PLACE, Kind.BRIDGE_TO_PLACE, Kind.ANSWER_OFFER}
    assert kinds(offered.place_agreed(THERE, DAY)) >= {Kind.START_PLACEMENT, Kind.BRIDGE_TO_PLACE}
    assert Kind.FIND_PLACE not in kinds(offered.place_agreed(THERE, DAY))


def test_a_closed_case_takes_up_nothing_from_the_samenwerkingsverband() -> None:
    closed = a_case().closed(Outcome.WITHDRAWN)
    assert [fact(closed).obligations for fact in FACTS] == [()] * len(FACTS)


def test_a_child_without_a_place_climbs_the_ladder_of_the_duty_of_care() -> None:
    bridging = next(each for each in a_case().place_sought(SWV, DAY).obligations if each.kind is Kind.BRIDGE_TO_PLACE)
    assert bridging.ladder == DUTY_OF_CARE_LADDER
    assert find_place(SWV, DAY).ladder == SUPPORT_LADDER
