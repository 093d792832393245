"""A case that fails waits for an operator with all that follows in it; the others notice nothing, and no order is lost."""

from collections.abc import Callable
from dataclasses import replace

import asyncpg
import pytest
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope, encode
from passend_contracts.events import CaseParked, CaseReleased, JGTReferralAccepted
from structlog.testing import capture_logs

from services.chassis import telemetry
from tests.builders.events import a_consent_given, a_consent_withdrawn, a_parents_consulted, a_support_requested
from tests.component.chassis.ledger import (
    DEAD,
    IN,
    NAME,
    OUT,
    Faults,
    a_bug,
    a_bug_after_writing,
    a_bug_in_a_parameter,
    a_bug_in_sql,
    what_the_database_refuses,
)
from tests.component.chassis.operator import Operator
from tests.pairs.pair import Pair
from tests.running import RunningService


def three_of(case: str | None = None) -> tuple[Envelope, Envelope, Envelope]:
    request = a_support_requested(case)
    return request, a_parents_consulted(request.subject), a_consent_given(request.subject)


async def took_effect(service: RunningService, case: str, count: int) -> list[str]:
    """The ids of the events of this case whose effect was told, in order, once there are so many."""

    def mine(events: list[Envelope]) -> list[str]:
        return [event.data["referral"] for event in events if event.subject == case and event.type == of(JGTReferralAccepted).type]

    return mine(await service.until(OUT, lambda events: len(mine(events)) >= count))


@pytest.mark.parametrize("fault", [a_bug, a_bug_in_sql, a_bug_in_a_parameter, a_bug_after_writing, what_the_database_refuses])
async def test_a_case_that_fails_is_parked_with_its_successors_and_the_others_go_on(
    service: RunningService, faults: Faults, operator: Operator, fault: Callable[..., object]
) -> None:
    poisoned, healthy = three_of(), [three_of() for _ in range(5)]
    faults.cases[poisoned[0].subject] = fault
    for step in range(3):
        for events in (healthy[0], poisoned, *healthy[1:]):
            await service.deliver(IN, events[step])
    for events in healthy:
        assert await took_effect(service, events[0].subject, 3) == [event.id for event in events]
    await operator.until_parked(poisoned[0].subject, 3)
    [parked] = await operator.parked()
    assert (parked["case"], parked["events"]) == (poisoned[0].subject, 3)
    faults.cases.clear()
    assert await operator.release(poisoned[0].subject) == {"case": poisoned[0].subject, "released": 3, "waiting": 0}
    assert await took_effect(service, poisoned[0].subject, 3) == [event.id for event in poisoned]
    assert await operator.parked() == []


async def test_parking_and_release_are_told_without_a_word_of_the_fault(
    service: RunningService, faults: Faults, operator: Operator
) -> None:
    request, *_ = three_of()
    faults.cases[request.subject] = a_bug
    await service.deliver(IN, request)
    parked = (await service.told(DEAD, CaseParked))[0]
    assert (parked.subject, parked.data["event"], parked.data["fault"]) == (request.subject, request.id, "ValueError")
    faults.cases.clear()
    await operator.release(request.subject)
    released = (await service.told(DEAD, CaseReleased))[-1]
    assert released.data == {"released": 1, "dropped": 0}
    assert "Verzonnen" not in str(parked.data) + str(await operator.show(request.subject))


async def test_what_a_handler_wrote_goes_with_it_and_the_log_names_the_case(
    service: RunningService, faults: Faults, operator: Operator, pair: Pair
) -> None:
    request, *_ = three_of()
    faults.cases[request.subject] = a_bug_after_writing
    with capture_logs(processors=[telemetry.name_event]) as log:
        await service.deliver(IN, request)
        await operator.until_parked(request.subject, 1)
    connection = await asyncpg.connect(pair.database_url(NAME).replace("+asyncpg", ""))
    assert await connection.fetch("SELECT * FROM ledger WHERE case_id = 'written'") == []
    await connection.close()
    [line] = [line for line in log if line["event"] == "case_parked"]
    assert line["case"] == request.subject
    assert line["place"].startswith("ledger.py")


async def test_what_acts_on_a_parked_case_is_told_at_once_and_order_holds(
    service: RunningService, faults: Faults, operator: Operator
) -> None:
    request, consulted, consent = three_of()
    await service.deliver(IN, request)
    await took_effect(service, request.subject, 1)
    faults.cases[request.subject] = a_bug
    await service.deliver(IN, consulted)
    await service.told(DEAD, CaseParked)
    withdrawal = a_consent_withdrawn(request.subject)
    for event in (withdrawal, consent):
        await service.deliver(IN, event)
    assert await took_effect(service, request.subject, 2) == [request.id, withdrawal.id]
    await operator.until_parked(request.subject, 2)
    faults.cases.clear()
    await operator.release(request.subject)
    assert await took_effect(service, request.subject, 4) == [request.id, withdrawal.id, consulted.id, consent.id]
    mine = [event for event in await service.until(OUT, bool) if event.subject == request.subject]
    assert [event.sequence for event in mine] == [f"{n:012d}" for n in range(1, 5)]


async def test_a_withdrawal_has_its_turn_where_nothing_took_effect_that_it_could_stop(
    service: RunningService, faults: Faults, operator: Operator
) -> None:
    request, consulted, consent = three_of()
    withdrawal = a_consent_withdrawn(request.subject)
    faults.cases[request.subject] = a_bug
    for event in (request, consulted, consent, withdrawal):
        await service.deliver(IN, event)
    await operator.until_parked(request.subject, 4)
    faults.cases.clear()
    await operator.release(request.subject)
    assert await took_effect(service, request.subject, 4) == [request.id, consulted.id, consent.id, withdrawal.id]


async def test_what_fails_again_is_parked_again_and_counted(service: RunningService, faults: Faults, operator: Operator) -> None:
    events = three_of()
    faults.cases[events[0].subject] = a_bug
    for event in events:
        await service.deliver(IN, event)
    await service.told(DEAD, CaseParked)
    await operator.until_parked(events[0].subject, 3)
    assert (await operator.release(events[0].subject))["waiting"] == 3
    shown = await operator.show(events[0].subject)
    assert [(row["event"], row["attempts"]) for row in shown] == [(events[0].id, 2), (events[1].id, 0), (events[2].id, 0)]


async def test_a_dropped_event_becomes_a_dead_letter_and_can_come_back(service: RunningService, faults: Faults, operator: Operator) -> None:
    request, consulted, _ = three_of()
    faults.cases[request.subject] = a_bug
    for event in (request, consulted):
        await service.deliver(IN, event)
    await operator.until_parked(request.subject, 2)
    assert await operator.drop(request.subject) == {"case": request.subject, "dropped": 1, "waiting": 1}
    faults.cases.clear()
    await operator.release(request.subject)
    assert await took_effect(service, request.subject, 1) == [consulted.id]
    [letter] = await operator.letters()
    assert letter["reasons"] == ["dropped-by-operator"]
    assert (await operator.release_letter(letter["n"])).json()["released"] == 1
    assert await took_effect(service, request.subject, 2) == [consulted.id, request.id]
    assert await operator.letters() == []


async def test_an_event_that_the_next_release_cannot_read_can_be_dropped(
    service: RunningService, faults: Faults, operator: Operator, pair: Pair
) -> None:
    request, *_ = three_of()
    faults.cases[request.subject] = a_bug
    await service.deliver(IN, request)
    await operator.until_parked(request.subject, 1)
    connection = await asyncpg.connect(pair.database_url(NAME).replace("+asyncpg", ""))
    await connection.execute("UPDATE parked SET body = $1", encode(replace(request, type="nl.passendonderwijs.given-up.v1")))
    await connection.close()
    assert (await operator.post(f"/v1/geparkeerd/{request.subject}/vrijgaven", {"reason": "fixed"})).status_code == 409
    assert await operator.drop(request.subject) == {"case": request.subject, "dropped": 1, "waiting": 0}
    [letter] = await operator.letters()
    assert (await operator.release_letter(letter["n"])).status_code == 409, "kept, for a release that can read it"


async def test_a_letter_that_fails_again_stays(service: RunningService, faults: Faults, operator: Operator) -> None:
    request, *_ = three_of()
    faults.cases[request.subject] = a_bug
    await service.deliver(IN, request)
    await operator.until_parked(request.subject, 1)
    await operator.drop(request.subject)
    [letter] = await operator.letters()
    answer = await operator.release_letter(letter["n"])
    assert (answer.status_code, await operator.parked(), len(await operator.letters())) == (409, [], 1)
    await operator.drop_letter(letter["n"])
    assert await operator.letters() == []


async def test_an_act_needs_a_reason_and_the_operator_s_scope(service: RunningService, operator: Operator) -> None:
    assert (await operator.post("/v1/geparkeerd/x/vrijgaven", {})).status_code == 400
    assert (await operator.post("/v1/geparkeerd/x/vrijgaven", {"reason": "again"})).status_code == 404
    assert (await operator.post("/v1/geparkeerd/x/vrijgaven", {"reason": "again"}, party="bg41234")).status_code == 403
    assert (await service.http.get("/v1/geparkeerd")).status_code == 401


async def test_every_act_is_recorded_with_who_and_why(service: RunningService, faults: Faults, operator: Operator, pair: Pair) -> None:
    request, *_ = three_of()
    faults.cases[request.subject] = a_bug
    await service.deliver(IN, request)
    await operator.until_parked(request.subject, 1)
    await operator.release(request.subject, reason="fixed in 1.2.3")
    connection = await asyncpg.connect(pair.database_url(NAME).replace("+asyncpg", ""))
    rows = await connection.fetch("SELECT operator, action, subject, reason FROM operator_action")
    await connection.close()
    assert [tuple(row) for row in rows] == [("console", "release", request.subject, "fixed in 1.2.3")]
