"""The guardian hears what became of messages and crises: whom no message reached, somebody has to reach."""

from collections.abc import Sequence

from passend_contracts.envelope import Envelope
from passend_contracts.events import CrisisAcknowledged, NotificationDelivered, NotificationExhausted
from passend_contracts.vocabulary import EventData

from tests.builders.events import GEMEENTE, NOW, a_crisis_raised, a_support_requested
from tests.component.conftest import Tokens
from tests.component.facts import until_there
from tests.component.intake.sending import send, steps
from tests.pairs.pair import Pair
from tests.running import RunningService, an_event

CRISES, TOLD, RECEIPTS = "school.crises.v1", "swv.crises.v1", "notify.receipts.v1"
NOTIFY = "urn:nld:hr:kvknummer:90002801:systeem:passend-notify"


def told(data: EventData, subject: str) -> Envelope:
    return an_event(data, source=NOTIFY, producer="notify", subject=subject)


def exhausted(case: str, subject: str, about: str = "case_escalated") -> Envelope:
    data = NotificationExhausted(case_id=case, about=about, role="swv_director", reason="refused", exhausted_at=NOW)
    return told(data, subject)


async def test_a_message_that_reached_nobody_is_owed_until_one_arrives(intake: RunningService) -> None:
    request = a_support_requested()
    case = request.subject
    await send(intake, request)
    await steps(intake, case, 1)
    await intake.deliver(RECEIPTS, exhausted(case, case))
    assert await steps(intake, case, 2) == [["consult_parents"], ["reach_person", "consult_parents"]]
    data = NotificationDelivered(
        case_id=case, message=case, about="case_escalated", role="school_director", channel="email", attempts=1, delivered_at=NOW
    )
    await intake.deliver(RECEIPTS, told(data, case))
    assert (await steps(intake, case, 3))[-1] == ["consult_parents"]


async def test_a_crisis_that_nobody_takes_up_is_owed_until_somebody_does_and_stands_in_the_history(
    intake: RunningService, pair: Pair, tokens: Tokens
) -> None:
    request = a_support_requested()
    case, crisis = request.subject, a_crisis_raised(case_id=request.subject)
    await send(intake, request)
    await steps(intake, case, 1)
    await intake.deliver(CRISES, crisis)
    await steps(intake, case, 2)
    await intake.deliver(RECEIPTS, exhausted(case, crisis.subject, "crisis_call"))
    assert _last(await steps(intake, case, 3)) == {"consult_parents", "plan_after_crisis", "take_up_crisis"}
    mail = NotificationDelivered(
        case_id=case, message=case, about="case_escalated", role="swv_director", channel="email", attempts=1, delivered_at=NOW
    )
    await intake.deliver(RECEIPTS, told(mail, case))  # a mailbox is no person
    data = CrisisAcknowledged(case_id=case, home_municipality=GEMEENTE, acknowledged_by="swv_director", acknowledged_at=NOW)
    await intake.deliver(TOLD, told(data, crisis.subject))
    assert _last(await steps(intake, case, 4)) == {"consult_parents", "plan_after_crisis"}
    shown = (await intake.http.get(f"/v1/zaken/{case}", headers=tokens("bg41234"))).json()
    assert [line["event"] for line in shown["history"]][-2:] == ["notification_exhausted", "crisis_acknowledged"]


async def test_that_nobody_takes_a_crisis_up_counts_also_when_it_is_heard_before_its_crisis_and_its_case(
    intake: RunningService, pair: Pair
) -> None:
    request = a_support_requested()
    case, crisis = request.subject, a_crisis_raised(case_id=request.subject)
    await intake.deliver(RECEIPTS, exhausted(case, crisis.subject, "crisis_call"))
    await until_there(pair, "intake", f"SELECT 1 FROM crisis_call WHERE case_id = '{case}'")
    await send(intake, request)
    assert await steps(intake, case, 1) == [["consult_parents"]]
    await intake.deliver(CRISES, crisis)
    assert _last(await steps(intake, case, 2)) == {"consult_parents", "plan_after_crisis", "take_up_crisis"}


async def test_a_crisis_that_is_not_of_this_case_changes_nothing_in_it(intake: RunningService, pair: Pair) -> None:
    request = a_support_requested()
    await send(intake, request)
    await steps(intake, request.subject, 1)
    foreign = exhausted(request.subject, a_crisis_raised().subject, "crisis_call")
    await intake.deliver(RECEIPTS, foreign)
    await until_there(pair, "intake", f"SELECT 1 FROM inbox WHERE id = '{foreign.id}'")
    assert await steps(intake, request.subject, 1) == [["consult_parents"]]


def _last(told: Sequence[list[str]]) -> set[str]:
    return set(told[-1])
