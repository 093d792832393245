"""A place is sought, offered with a hold on it, answered, and taken by one child only."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
from passend_contracts.catalogue import of
from passend_contracts.events import EventRefused, PlaceAgreed, PlaceOffered, PlaceSought

from services.chassis.calendar import end_of
from services.chassis.clock import SimulatedClock
from tests.builders.events import TODAY, a_case_closed, a_place_accepted, a_place_declined
from tests.component.facts import rows
from tests.component.placement.office import GUARD, REQUESTS, SBO, SO, TO_BOARD, Office, on
from tests.component.waiting import until
from tests.pairs.pair import Pair
from tests.running import PATIENCE

OFFER = {"school": SBO, "availableFrom": on(30), "answerDue": on(14)}
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_a_place_goes_from_search_to_start_and_is_free_after_the_end(office: Office) -> None:
    await office.agree(SBO, 1)
    case = await office.a_search()
    offer = await office.an_offer(case)
    [offered] = await office.told(PlaceOffered, case, topic=TO_BOARD)
    assert (offered.id, offered.data) == (offer, {"school": SBO, "kind": "sbo", "offeredOn": on(0)} | OFFER)
    await office.service.deliver(REQUESTS, a_place_accepted(case, offer, starts_on=TODAY + timedelta(days=30)))
    [agreed] = await office.told(PlaceAgreed, case)
    assert agreed.data == {"offer": offer, "school": SBO, "agreedOn": on(0), "startsOn": on(30)}
    await office.decided(case, "plaatsingen", {"startedOn": on(0)})
    assert await office.taken(SBO) == 1
    await office.decided(case, "plaatsingen/beeindigingen", {"endedOn": on(0), "reason": "back_to_mainstream"})
    assert await office.taken(SBO) == 0
    assert await office.all_told(case) == ["place_sought", "place_offered", "place_agreed", "placement_started", "placement_ended"]
    await office.decided(case, "zoekopdrachten", {"kind": "so", "findBy": on(60)})


async def test_an_offer_beyond_capacity_is_refused(office: Office) -> None:
    first, second = await office.a_search(), await office.a_search()
    assert (await office.post(first, "aanbiedingen", OFFER)).json()["rule"] == "capacity_left"
    await office.agree(SBO, 1)
    offer = await office.an_offer(first)
    full = await office.post(second, "aanbiedingen", OFFER)
    assert (full.status_code, full.json()["rule"]) == (409, "capacity_left")
    assert "Offer another location" in full.json()["detail"]
    await office.service.deliver(REQUESTS, a_place_declined(first, offer))
    await office.until(first, lambda seen: seen["place"]["state"] == "sought")
    await office.an_offer(second)


async def test_of_many_offers_at_once_as_many_are_made_as_there_are_places(office: Office) -> None:
    await office.agree(SBO, 2)
    cases = [await office.a_search() for _ in range(5)]
    answers = await asyncio.gather(*(office.post(case, "aanbiedingen", OFFER) for case in cases))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
    assert {answer.json()["rule"] for answer in answers if answer.status_code == 409} == {"capacity_left"}
    assert await office.taken(SBO) == 2


async def test_two_offers_that_meet_at_the_last_place_do_not_both_get_it(office: Office, pair: Pair) -> None:
    await office.agree(SBO, 1)
    cases = [await office.a_search() for _ in range(2)]
    connection = await asyncpg.connect(pair.database_url("placement").replace("+asyncpg", ""))
    async with connection.transaction():  # holds both up at the place where they meet
        await connection.execute("SELECT FROM capacity FOR UPDATE")
        offers = asyncio.gather(*(office.post(case, "aanbiedingen", OFFER) for case in cases))
        await until(lambda: rows(pair, "placement", WAITING), lambda waiting: len(waiting) == 2, PATIENCE)
    await connection.close()
    assert sorted(answer.status_code for answer in await offers) == [201, 409]
    assert await office.taken(SBO) == 1


async def test_a_declined_place_is_free_and_the_search_goes_on(office: Office) -> None:
    await office.agree(SBO, 1)
    case = await office.a_search()
    offer = await office.an_offer(case)
    await office.service.deliver(REQUESTS, a_place_declined(case, offer))
    first, again = await office.told(PlaceSought, case, times=2)
    assert (again.data["because"], again.data["offer"], again.data["findBy"]) == ("offer_declined", offer, first.data["findBy"])
    assert await office.taken(SBO) == 0


async def test_an_offer_that_nobody_answers_lapses_and_a_late_answer_is_refused(timed_office: Office, clock: SimulatedClock) -> None:
    office = timed_office
    await office.agree(SBO, 1)
    case = await office.a_search()
    offer = await office.an_offer(case, answer_due=TODAY + timedelta(days=14))
    clock.set(end_of(TODAY + timedelta(days=14)))
    _, again = await office.told(PlaceSought, case, times=2)
    assert (again.data["because"], again.data["offer"], again.data["soughtOn"]) == ("offer_expired", offer, on(15))
    late = a_place_accepted(case, offer)
    await office.service.deliver(REQUESTS, late)
    [refused] = await office.told(EventRefused, case, topic=TO_BOARD)
    assert (refused.data["event"], refused.data["rule"]) == (late.id, "offer_open")
    assert await office.taken(SBO) == 0


async def test_only_the_offer_of_this_case_is_answered_and_only_once(office: Office) -> None:
    await office.agree(SBO, 2)
    mine, other = await office.a_search(), await office.a_search()
    offer, foreign = await office.an_offer(mine), await office.an_offer(other)
    strange = [a_place_declined(mine, foreign), a_place_accepted(mine, str(uuid4()))]
    twice = [a_place_accepted(mine, offer), a_place_accepted(mine, offer), a_place_declined(mine, offer)]
    for event in (*strange, *twice):
        await office.service.deliver(REQUESTS, event)
    refused = await office.told(EventRefused, mine, times=4, topic=TO_BOARD)
    assert [event.data["event"] for event in refused] == [event.id for event in (*strange, *twice[1:])]
    assert await office.taken(SBO) == 2
    assert await office.all_told(mine) == ["place_sought", "place_offered", "place_agreed"]


async def test_a_place_is_offered_only_where_one_of_its_kind_is_sought(office: Office) -> None:
    await office.agree(SBO, 3)
    await office.agree(SO, 3)
    case = await office.a_case()
    rules = [
        (await office.post(case, path, form)).json().get("rule")
        for path, form in (
            ("aanbiedingen", OFFER),
            ("plaatsingen", {"startedOn": on(0)}),
            ("plaatsingen/beeindigingen", {"endedOn": on(0), "reason": "moved"}),
            ("zoekopdrachten", {"kind": "sbo"}),
            ("zoekopdrachten", {"kind": "sbo"}),
            ("aanbiedingen", {**OFFER, "school": SO}),
            ("aanbiedingen", {**OFFER, "school": "90AA00"}),
            ("aanbiedingen", OFFER),
            ("aanbiedingen", OFFER),
        )
    ]
    assert rules == [
        "place_sought",
        "place_agreed",
        "placement_started",
        None,
        "place_sought_once",
        "fitting_school",
        "fitting_school",
        None,
        "place_sought",
    ]


async def test_a_closed_case_lets_its_place_go_but_not_a_child_that_has_started(office: Office) -> None:
    await office.agree(SBO, 2)
    offered, started = await office.a_search(), await office.a_search()
    await office.an_offer(offered)
    offer = await office.an_offer(started)
    await office.service.deliver(REQUESTS, a_place_accepted(started, offer))
    await office.until(started, lambda seen: seen["place"]["state"] == "agreed")
    await office.decided(started, "plaatsingen", {"startedOn": on(0)})
    for case in (offered, started):
        await office.service.deliver(GUARD, a_case_closed(case))
        await office.until(case, lambda seen: not seen["isOpen"])
    assert await office.taken(SBO) == 1
    await office.decided(started, "plaatsingen/beeindigingen", {"endedOn": on(0), "reason": "to_secondary"})
    assert await office.taken(SBO) == 0


async def test_bad_input_for_an_offer_is_told_whole(office: Office) -> None:
    await office.agree(SBO, 1)
    case = await office.a_search()
    answer = await office.post(case, "aanbiedingen", {"school": "De Steiger", "availableFrom": "soon", "answerDue": on(2)})
    assert {error["path"] for error in answer.json()["errors"]} == {"$.school", "$.availableFrom"}
    long = await office.post(case, "aanbiedingen", {**OFFER, "answerDue": on(29)})
    assert [(error["path"], error["code"]) for error in long.json()["errors"]] == [("$.answerDue", "does-not-fit")]
    assert of(PlaceOffered).stem not in await office.all_told(case)
