"""The guardian: which obligations an open case holds after each fact, and who hears what when a rule forbids it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from passend_contracts.envelope import Envelope
from passend_contracts.events import CaseClosed, CaseOpened, ConsentGiven, NextStepSet, SupportRequested, SupportRequestWithdrawn

from tests.builders.events import (
    BOARD,
    GEMEENTE_SYSTEM,
    OTHER_BOARD,
    OTHER_SCHOOL_SYSTEM,
    a_consent_given,
    a_consent_withdrawn,
    a_decline,
    a_parents_consulted,
    a_recall,
    a_referral,
    a_support_request_withdrawn,
    a_support_requested,
    an_acceptance,
)
from tests.component.facts import told_about
from tests.component.intake.sending import GUARD, SCHOOL, TEAM, refusals, send, send_as_another_board, steps
from tests.running import RunningService

Fact = Callable[[str], Envelope]


def consulted(youth_team: str = "refer") -> Fact:
    return lambda case: a_parents_consulted(case, youth_team=youth_team)


def consent(*purposes: str) -> Fact:
    return lambda case: a_consent_given(case, *purposes)


async def test_a_case_is_opened_with_its_first_obligation(intake: RunningService) -> None:
    request = a_support_requested()
    await send(intake, request)
    [opened] = await told_about(intake, GUARD, CaseOpened, [request.subject])
    [step] = await told_about(intake, GUARD, NextStepSet, [request.subject])
    [told_on] = await told_about(intake, SCHOOL, SupportRequested, [request.subject])
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    assert opened.data == {"school": "90AA00", "homeMunicipality": "gm0546", "ageBand": "6-7", "openedOn": today.isoformat()}
    assert step.data["obligations"] == [step.data["nextStep"]]
    assert (
        step.data["nextStep"].items()
        >= {
            "kind": "consult_parents",
            "owner": BOARD,
            "due": (today + timedelta(weeks=2)).isoformat(),
        }.items()
    )
    assert (opened.sequence, step.sequence) == ("000000000001", "000000000002")
    assert {opened.causationid, step.causationid} == {f"{request.source}#{request.id}"}
    assert (told_on.id, told_on.source, told_on.producer, told_on.data) == (request.id, request.source, "intake", request.data)


async def test_what_parents_say_and_allow_decides_who_does_what_in_whatever_order_it_comes(intake: RunningService) -> None:
    refer, feedback, withdrawal = consent(), consent("feedback_to_school"), a_consent_withdrawn
    orders: dict[str, tuple[list[Fact], list[str]]] = {
        "no wish": ([consulted("no")], ["evaluate_support"]),
        "a wish, then consent": ([consulted(), refer], ["obtain_consent", "refer"]),
        "consent, then a wish": ([refer, consulted()], ["refer"]),
        "consent for something else": ([consulted(), feedback, refer], ["obtain_consent", "refer"]),
        "a wish that passed": ([consulted(), consulted("later"), refer], ["obtain_consent", "evaluate_support"]),
        "consent withdrawn before the wish": ([refer, withdrawal, consulted()], ["obtain_consent"]),
        "consent withdrawn after the wish": ([consulted(), refer, withdrawal], ["obtain_consent", "refer", "decide_next_step"]),
        "consent given again": ([refer, consulted(), withdrawal, refer], ["refer", "decide_next_step", "refer"]),
    }
    cases = {order: a_support_requested() for order in orders}
    await asyncio.gather(*(_send_in_order(intake, cases[order], facts) for order, (facts, _) in orders.items()))
    await told_about(intake, GUARD, CaseClosed, {request.subject for request in cases.values()})  # so nothing more is to come
    assert {order: await steps(intake, request.subject, 1) for order, request in cases.items()} == {
        order: [[step] for step in ("consult_parents", *expected)] for order, (_, expected) in orders.items()
    }


async def _send_in_order(intake: RunningService, request: Envelope, facts: list[Fact]) -> None:
    case = request.subject
    await send(intake, request, *(fact(case) for fact in facts), a_support_request_withdrawn(case))


async def test_a_home_outside_the_region_is_asked_by_the_board_itself(intake: RunningService) -> None:
    request = a_support_requested(home="gm0363")
    await send(intake, request, a_consent_given(request.subject), a_parents_consulted(request.subject))
    assert await steps(intake, request.subject, 2) == [["consult_parents"], ["decide_next_step"]]


async def test_a_referral_and_its_answer_move_the_obligations(intake: RunningService) -> None:
    def accepted(referral: Envelope) -> Envelope:
        return an_acceptance(referral, source=GEMEENTE_SYSTEM)

    def declined(referral: Envelope) -> Envelope:
        return a_decline(referral, source=GEMEENTE_SYSTEM)

    for answer, step in ((accepted, "evaluate_support"), (declined, "decide_next_step"), (a_recall, "decide_next_step")):
        referral = await a_case_with_a_referral(intake)
        await intake.deliver(TEAM, answer(referral))
        *_, asked, moved = await told_about(intake, GUARD, NextStepSet, [referral.subject], times=4)
        assert (
            asked.data["nextStep"].items()
            >= {"kind": "third_party_step", "owner": "third_party", "due": referral.data["answerDue"]}.items()
        )
        assert [(each["kind"], each["owner"]) for each in moved.data["obligations"]] == [(step, BOARD)]


async def a_case_with_a_referral(intake: RunningService) -> Envelope:
    request = a_support_requested()
    await send(intake, request, a_consent_given(request.subject), a_parents_consulted(request.subject))
    assert (await steps(intake, request.subject, 2))[-1] == ["refer"]
    referral = a_referral(request.subject)
    await intake.deliver(TEAM, referral)
    assert (await steps(intake, request.subject, 3))[-1] == ["third_party_step"]
    return referral


async def test_a_withdrawn_request_ends_the_case_and_nothing_changes_it_after_that(intake: RunningService) -> None:
    referral = await a_case_with_a_referral(intake)
    case, late = referral.subject, a_parents_consulted(referral.subject)
    await send(intake, a_support_request_withdrawn(case), late)
    assert await refusals(intake, BOARD, [case]) == [(late.id, "case_closed")]
    await intake.deliver(TEAM, an_acceptance(referral, source=GEMEENTE_SYSTEM))
    marker = await a_case_with_a_referral(intake)
    [closed] = await told_about(intake, GUARD, CaseClosed, [case])
    assert closed.data["outcome"] == "withdrawn"
    assert marker.subject != case
    assert len(await steps(intake, case, 3)) == 3
    assert len(await told_about(intake, SCHOOL, SupportRequestWithdrawn, [case])) == 1


async def test_what_a_rule_forbids_is_refused_to_its_sender_and_told_to_nobody_else(intake: RunningService) -> None:
    request, unknown = a_support_requested(), a_consent_given(str(uuid4()))
    again, own = a_support_requested(request.subject), a_consent_given(request.subject)
    foreign = replace(a_consent_given(request.subject), source=OTHER_SCHOOL_SYSTEM)
    taken_over = replace(a_support_requested(request.subject), source=OTHER_SCHOOL_SYSTEM)
    await send(intake, request)
    await told_about(intake, GUARD, CaseOpened, [request.subject])
    await send_as_another_board(intake, foreign)
    await send_as_another_board(intake, taken_over)
    await send(intake, again, unknown)
    assert await refusals(intake, BOARD, [request.subject, unknown.subject]) == [
        (again.id, "case_opened_once"),
        (unknown.id, "own_case"),
    ]
    assert await refusals(intake, OTHER_BOARD, [request.subject], times=2) == [
        (foreign.id, "own_case"),
        (taken_over.id, "case_opened_once"),
    ]
    await send(intake, own)
    assert [event.id for event in await told_about(intake, SCHOOL, ConsentGiven, [request.subject])] == [own.id]
    assert [event.id for event in await told_about(intake, SCHOOL, SupportRequested, [request.subject])] == [request.id]
    assert len(await steps(intake, request.subject, 1)) == 1
