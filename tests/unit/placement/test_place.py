from datetime import date

from services.placement.domain import rules
from services.placement.domain.case import Case
from services.placement.domain.place import HOLDING, Offer, State

TODAY = date(2026, 11, 25)
OFFER = Offer("90AN00", "sbo", TODAY, date(2026, 12, 9), id="offer")


def allowed(outcome: object) -> Case:
    assert isinstance(outcome, Case)
    return outcome


def sought() -> Case:
    return allowed(Case("case", "bg41234", "urn:nld:hr:kvknummer:90041234").seek("sbo", TODAY, date(2027, 1, 6)))


def state(case: Case) -> State | None:
    return case.place.state if case.place else None


def test_one_search_at_a_time_and_another_after_the_end() -> None:
    case = sought()
    assert case.seek("sbo", TODAY, TODAY) == rules.SEARCHED_ONCE
    started = allowed(allowed(allowed(case.offer(OFFER, 1)).accept("offer", TODAY)).start())
    assert started.seek("sbo", TODAY, TODAY) == rules.SEARCHED_ONCE
    assert state(allowed(allowed(started.end_placement()).seek("so", TODAY, TODAY))) is State.SOUGHT


def test_a_place_is_offered_where_one_is_left_and_fits() -> None:
    assert sought().offer(OFFER, 0) == rules.CAPACITY
    assert sought().offer(Offer("90AM00", "so", TODAY, TODAY), 1) == rules.FITTING_SCHOOL
    held = allowed(sought().offer(OFFER, 1))
    assert state(held) in HOLDING
    assert held.offer(OFFER, 1) == rules.SOUGHT


def test_only_an_offer_that_stands_is_answered() -> None:
    held = allowed(sought().offer(OFFER, 1))
    assert held.accept("another", TODAY) == held.decline("another", TODAY) == sought().accept("offer", TODAY) == rules.OFFER_OPEN
    agreed = allowed(held.accept("offer", TODAY))
    assert agreed.accept("offer", TODAY) == agreed.decline("offer", TODAY) == rules.OFFER_OPEN


def test_a_declined_place_is_nobody_s_and_the_term_of_the_search_stays() -> None:
    again = allowed(allowed(sought().offer(OFFER, 1)).decline("offer", date(2026, 12, 1)))
    assert again.place is not None
    assert (again.place.state, again.place.offer, again.place.find_by) == (State.SOUGHT, None, date(2027, 1, 6))


def test_an_offer_expires_after_its_last_day_and_only_while_it_stands() -> None:
    held = allowed(sought().offer(OFFER, 1))
    agreed = allowed(held.accept("offer", TODAY))
    assert held.place is not None
    assert agreed.place is not None
    assert [held.place.expires(on) for on in (date(2026, 12, 9), date(2026, 12, 10))] == [False, True]
    assert not agreed.place.expires(date(2027, 12, 10))


def test_a_child_starts_where_it_was_agreed_and_leaves_where_it_started() -> None:
    held = allowed(sought().offer(OFFER, 1))
    assert held.start() == rules.AGREED
    assert held.end_placement() == rules.STARTED


def test_closing_frees_what_is_held_and_leaves_a_child_that_has_started() -> None:
    held = allowed(sought().offer(OFFER, 1))
    agreed = allowed(held.accept("offer", TODAY))
    states = [state(case.closed()) for case in (sought(), held, agreed, allowed(agreed.start()))]
    assert states == [State.LAPSED, State.LAPSED, State.LAPSED, State.STARTED]
