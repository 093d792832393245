"""What a gemeente still has to answer, without a broker."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from passend_contracts.envelope import Envelope
from passend_contracts.events import EventAccepted, EventRefused, EventRejected, JGTReferralRecalled, JGTReferred
from passend_contracts.events.event_rejected.v1 import FieldProblem
from passend_contracts.vocabulary import EventData

from deploy.parties.desk import RESEND_SECONDS, Desk
from tests.running import an_event

BRIDGE = "urn:nld:hr:kvknummer:90041234:systeem:passend-jgt-bridge"
SOURCE = "urn:nld:oin:00000001900546281000:systeem:jeugd"
AFTER = 2.0


@pytest.fixture
def desk() -> Desk:
    return Desk(SOURCE, AFTER)


def a_referral() -> Envelope:
    day = date(2026, 11, 9)
    data = JGTReferred(
        board="bg41234",
        school="90AA00",
        home_municipality="gm0546",
        team="leiden",
        age_band="6-7",
        consulted_on=day,
        consent=str(uuid4()),
        consented_on=day,
        answer_due=day,
    )
    return an_event(data, source=BRIDGE, time=datetime(2026, 11, 9, 12, tzinfo=UTC))


def a_recall(referral: Envelope) -> Envelope:
    data = JGTReferralRecalled(referral=referral.id, reason="consent_withdrawn", recalled_on=date(2026, 11, 10))
    return an_event(data, source=BRIDGE, subject=referral.subject)


def test_a_referral_is_answered_after_a_while_and_not_before(desk: Desk) -> None:
    desk.read(referral := a_referral(), 0, now=10)
    assert desk.due(now=11.9) == []
    (answer,) = desk.due(now=12)
    assert answer.subject == referral.subject
    assert answer.time == referral.time + timedelta(seconds=AFTER)


def test_the_same_referral_gets_the_same_answer_from_whoever_reads_it_again() -> None:
    referral = a_referral()
    answers = []
    for desk in (Desk(SOURCE, AFTER), Desk(SOURCE, AFTER)):
        desk.read(replace(referral, sequence="000000000001"), 0, now=0)
        answers += desk.due(now=AFTER)
    assert answers[0] == answers[1]


def test_a_referral_that_comes_twice_is_one_answer(desk: Desk) -> None:
    referral = a_referral()
    for offset in (0, 1):
        desk.read(referral, offset, now=0)
    assert len(desk.due(now=AFTER)) == 1
    assert desk.finished_before(2) == 0


def test_a_recalled_referral_is_not_accepted(desk: Desk) -> None:
    referral = a_referral()
    desk.read(referral, 0, now=0)
    desk.read(a_recall(referral), 1, now=1)
    assert desk.due(now=AFTER) == []
    assert desk.finished_before(2) == 2


def test_a_recall_after_the_answer_still_waits_for_the_receipt(desk: Desk) -> None:
    referral = a_referral()
    desk.read(referral, 0, now=0)
    desk.due(now=AFTER)
    desk.read(a_recall(referral), 1, now=AFTER)
    assert desk.due(now=AFTER + RESEND_SECONDS)


def answered(event: str, kind: type[EventData]) -> EventData:
    if kind is EventAccepted:
        return EventAccepted(event=event, receipt=str(uuid4()), received_at=datetime.now(UTC), case="/v1/zaken/1")
    if kind is EventRefused:
        return EventRefused(event=event, rule="not_addressed", ground="Jeugdwet art. 2.3", possible="nothing")
    problem = FieldProblem(path="$.id", code="id-reused", message="a changed event needs a new id")
    return EventRejected(event=event, title="not accepted", status=400, detail="mend it", errors=[problem])


@pytest.mark.parametrize("kind", [EventAccepted, EventRejected, EventRefused])
def test_any_answer_of_the_door_ends_the_sending(desk: Desk, kind: type[EventData]) -> None:
    desk.read(a_referral(), 0, now=0)
    (answer,) = desk.due(now=AFTER)
    assert desk.due(now=AFTER + RESEND_SECONDS) == [answer]
    desk.read(an_event(answered(answer.id, kind), source=BRIDGE, subject=answer.subject), 1, now=9)
    assert desk.due(now=100) == []
    assert desk.finished_before(2) == 2


def test_a_restart_begins_at_the_first_referral_still_open(desk: Desk) -> None:
    first, second = a_referral(), a_referral()
    desk.read(first, 4, now=0)
    desk.read(second, 7, now=0)
    assert desk.finished_before(9) == 4
    answer = next(answer for answer in desk.due(now=AFTER) if answer.subject == first.subject)
    desk.read(an_event(answered(answer.id, EventAccepted), source=BRIDGE, subject=first.subject), 8, now=3)
    assert desk.finished_before(9) == 7
