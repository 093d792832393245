"""A crisis is called for until a person takes it up, and followed until a person says that it is over."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from passend_contracts.envelope import derived_id
from passend_contracts.events import (
    CrisisAcknowledged,
    CrisisEscalated,
    CrisisResolved,
    NotificationDelivered,
    NotificationExhausted,
)

from services.chassis.clock import SimulatedClock
from tests.builders.events import OTHER_SCHOOL_SYSTEM, a_crisis_raised, a_crisis_updated
from tests.component.facts import rows, until_there
from tests.component.issuer import Issuer
from tests.component.mail_server import MailServer
from tests.component.notify.on_call import CRISES, DESK, DIRECTOR, HOUR, MINUTE, SPECIALIST, TO_BOARD, TOLD, OnCall, notify_on, text
from tests.component.waiting import until
from tests.pairs.pair import Pair
from tests.running import PATIENCE, Topics

CASE = str(uuid4())


async def test_a_crisis_is_raised_reached_taken_up_and_resolved(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis(case_id=CASE)
    link = await on_call.link(DESK)
    [reached] = await on_call.receipt(NotificationDelivered, crisis)
    assert {reached[name] for name in ("about", "role", "caseId")} == {"crisis_call", "crisis_contact", CASE}
    assert (await on_call.press(link)).status_code == 200
    [taken] = await on_call.told(CrisisAcknowledged, crisis)
    assert (taken.data["acknowledgedBy"], taken.data["caseId"]) == ("crisis_contact", CASE)
    assert [event.id for event in await on_call.told(CrisisAcknowledged, crisis, topic=TO_BOARD)] == [taken.id]
    assert "voorbij" in text(await on_call.press(await on_call.link(DESK, times=2)))
    [resolved] = await on_call.told(CrisisResolved, crisis, topic=TO_BOARD)
    assert resolved.data["resolvedBy"] == "crisis_contact"


async def test_ids_follow_from_the_cause_so_that_the_same_seed_gives_the_same_events(on_call: OnCall) -> None:
    raised = a_crisis_raised(noticed_at=on_call.clock.now(), time=on_call.clock.now())
    await on_call.service.deliver(CRISES, raised)
    await on_call.press(await on_call.link(DESK))
    message = derived_id("notify", raised.source, raised.id, "message", "0")
    delivered = await on_call.receipt(NotificationDelivered, raised.subject, times=2)
    assert message in {receipt["message"] for receipt in delivered}
    [taken] = await on_call.told(CrisisAcknowledged, raised.subject)
    assert str(taken.causationid).endswith(f"#{derived_id('notify', raised.subject, 'link_followed', message)}")


async def test_a_crisis_that_was_over_before_we_read_of_it_calls_nobody(
    pair: Pair, issuer: Issuer, mail: MailServer, clock: SimulatedClock, tmp_path: Path
) -> None:
    now, topics = clock.now(), Topics(pair.kafka)
    crisis = a_crisis_raised(noticed_at=now, time=now, sequence="000000000001")
    await topics.start()
    over = a_crisis_updated(crisis.subject, state="over", time=now, sequence="000000000002")
    await asyncio.gather(topics.emit(CRISES, crisis), topics.emit(CRISES, over))  # one batch, for whoever reads it
    await topics.stop()
    async with notify_on(clock, tmp_path, pair, mail, **issuer.settings) as on_call:
        await on_call.told(CrisisResolved, crisis.subject)
        await on_call.a_crisis()
        await mail.received(DESK)
        assert await rows(pair, "notify", f"SELECT 1 FROM delivery WHERE subject = '{crisis.subject}'") == []
        assert len(mail.mails) == 1


async def test_looking_at_a_link_changes_nothing_however_often(on_call: OnCall, pair: Pair) -> None:
    crisis = await on_call.a_crisis()
    link = await on_call.link(DESK)
    for _ in range(3):
        assert "Ik help nu" in (await on_call.open(link)).text
        assert (await on_call.service.http.head(link)).status_code == 200
    await on_call.later(15 * MINUTE)
    await on_call.told(CrisisEscalated, crisis)
    assert await rows(pair, "notify", "SELECT 1 FROM link WHERE used_at IS NOT NULL") == []


async def test_without_an_answer_it_climbs_three_times_around_and_then_calls_everybody_every_hour(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis(case_id=CASE)
    await on_call.mail.received(DESK)
    called = []
    for n in range(1, 10):
        await on_call.later(15 * MINUTE)
        *_, last = await on_call.told(CrisisEscalated, crisis, times=n)
        called.append((last.data["climbedTo"], last.data["reason"]))
    around = ["crisis_contact", "education_specialist", "swv_director"] * 3
    assert called[:8] == [(role, "not_acknowledged") for role in around[1:]]
    assert called[8] == ("swv_director", "ladder_exhausted")
    [exhausted] = await on_call.receipt(NotificationExhausted, crisis)
    assert (exhausted["reason"], exhausted["caseId"]) == ("nobody_acknowledged", CASE)
    for address in (DESK, SPECIALIST, DIRECTOR):
        await on_call.mail.received(address, times=4)
    await on_call.later(HOUR)
    await on_call.told(CrisisEscalated, crisis, times=10)
    await on_call.taken(DIRECTOR)
    assert len(await on_call.receipt(NotificationExhausted, crisis)) == 1


async def test_outside_office_hours_who_is_on_call_for_the_child_s_gemeente_is_called(on_call: OnCall) -> None:
    on_call.clock.set(datetime(2026, 11, 28, 21, tzinfo=UTC))
    crisis = await on_call.a_crisis()
    page = text(await on_call.open(await on_call.link("dienst-leiden@swv2801.example")))
    assert "Crisisdienst jeugd Leiden" in page
    assert "0800 2000" in page
    on_call.clock.set(datetime(2026, 11, 30, 7, 30, tzinfo=UTC))  # Monday morning: the ladder of office hours from here
    [climbed] = await on_call.told(CrisisEscalated, crisis)
    assert climbed.data["climbedTo"] == "crisis_contact", "where that ladder begins"


async def test_when_the_office_closes_in_the_middle_who_is_on_call_is_next(on_call: OnCall) -> None:
    on_call.clock.set(datetime(2026, 11, 25, 15, 50, tzinfo=UTC))
    crisis = await on_call.a_crisis()
    await on_call.mail.received(DESK)
    climbed_to = []
    for n in range(1, 5):
        await on_call.later(15 * MINUTE)
        *_, climbed = await on_call.told(CrisisEscalated, crisis, times=n)
        climbed_to.append(climbed.data["climbedTo"])
    assert climbed_to == ["crisis_on_call", "swv_director", "crisis_on_call", "crisis_contact"]


async def test_a_crisis_of_a_board_that_the_region_file_lacks_is_called_for(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis(source="urn:nld:hr:kvknummer:90009999:systeem:schoolsysteem")
    await on_call.press(await on_call.link(DESK))
    [taken] = await on_call.told(CrisisAcknowledged, crisis)
    assert taken.data["acknowledgedBy"] == "crisis_contact"


async def test_the_letters_say_how_long_it_is_until_the_next(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis()
    assert "over 15 minuten" in str((await on_call.mail.received(DESK)).get_content())
    for n in range(1, 10):
        await on_call.later(15 * MINUTE)
        await on_call.told(CrisisEscalated, crisis, times=n)
    assert "in 1 hour." in str((await on_call.mail.received(DESK, times=4)).get_content())
    await on_call.press(await on_call.link(DESK))
    assert "elke 4 uur" in str((await on_call.mail.received(DESK, times=5)).get_content())


async def test_an_acknowledgement_twice_changes_nothing_and_says_who_was_first(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis()
    first = await on_call.link(DESK)
    await on_call.later(15 * MINUTE)
    second = await on_call.link(SPECIALIST)
    assert "u hebt de crisis opgepakt" in text(await on_call.press(first))
    await on_call.later(MINUTE)
    assert "u hebt de crisis opgepakt" in text(await on_call.press(first)), "who presses twice is told the same"
    for answer in (await on_call.open(second), await on_call.press(second)):
        assert "Iemand heeft deze crisis al opgepakt" in text(answer)
        assert "Door het crisispunt van het samenwerkingsverband, 25\u00a0nov om 11.15\u00a0uur." in text(answer)
    assert len(await on_call.told(CrisisAcknowledged, crisis)) == 1
    resolve = await on_call.link(DESK, times=2)
    await on_call.press(resolve)
    await on_call.press(resolve)
    await on_call.press(first)
    assert len(await on_call.told(CrisisResolved, crisis)) == 1


async def test_two_who_press_at_the_same_moment_are_one_acknowledgement(on_call: OnCall, pair: Pair) -> None:
    crisis = await on_call.a_crisis()
    first = await on_call.link(DESK)
    await on_call.later(15 * MINUTE)
    second = await on_call.link(SPECIALIST)
    answers = await asyncio.gather(*(on_call.press(link) for link in (first, second) * 3))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await on_call.told(CrisisAcknowledged, crisis)) == 1
    assert len(await rows(pair, "notify", "SELECT 1 FROM link WHERE used_at IS NOT NULL")) == 1


async def test_a_link_of_another_crisis_is_refused_and_takes_up_neither(on_call: OnCall, pair: Pair) -> None:
    await on_call.a_crisis()
    link = await on_call.link(DESK)
    other = await on_call.a_crisis()
    await on_call.mail.received(DESK, times=2)
    wrong = f"/crises/{other}/{link.rsplit('/', 1)[1]}"
    for answer in (await on_call.open(wrong), await on_call.press(wrong)):
        assert (answer.status_code, "Deze link is van een andere crisis" in text(answer)) == (409, True)
    for unknown in (f"/crises/{other}/x", f"/crises/{uuid4()}/{'x' * 43}"):
        assert [(await on_call.open(unknown)).status_code, (await on_call.press(unknown)).status_code] == [404, 404]
    assert len(await rows(pair, "notify", "SELECT 1 FROM crisis WHERE stage = 'calling'")) == 2


async def test_who_took_it_up_is_reminded_and_after_a_day_the_director_hears(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis()
    await on_call.mail.received(DESK)
    await on_call.taken(DESK)
    for n in range(1, 7):
        await on_call.later(4 * HOUR)
        await on_call.mail.received(DESK, times=2 + n)
    [climbed] = await on_call.told(CrisisEscalated, crisis)
    assert (climbed.data["reason"], climbed.data["climbedTo"]) == ("not_resolved", "swv_director")
    assert "De crisis is voorbij" in text(await on_call.press(await on_call.link(DIRECTOR)))
    [resolved] = await on_call.told(CrisisResolved, crisis)
    assert resolved.data["resolvedBy"] == "swv_director"


@pytest.mark.parametrize("taken", [False, True])
async def test_a_crisis_that_is_over_for_the_school_calls_nobody_any_more(on_call: OnCall, taken: bool) -> None:  # noqa: FBT001
    crisis = await on_call.a_crisis()
    link = await on_call.link(DESK)
    if taken:
        await on_call.taken(DESK)
    await on_call.service.deliver(CRISES, a_crisis_updated(crisis, state="over", time=on_call.clock.now()))
    [resolved] = await on_call.told(CrisisResolved, crisis)
    assert resolved.data["resolvedBy"] == "school"
    await on_call.later(timedelta(days=2))
    assert "De crisis is voorbij" in text(await on_call.press(link))
    await on_call.a_crisis()
    await on_call.mail.received(DESK, times=3 if taken else 2)
    assert len(on_call.mail.mails) == (3 if taken else 2)


async def test_a_crisis_that_goes_on_after_its_end_is_called_for_again(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis()
    first = await on_call.link(DESK)
    await on_call.press(await on_call.taken(DESK))
    await on_call.told(CrisisResolved, crisis)
    await on_call.service.deliver(CRISES, a_crisis_updated(crisis, state="ongoing", time=on_call.clock.now()))
    again = await on_call.link(DESK, times=3)
    for topic in (TOLD, TO_BOARD):
        [begun] = await on_call.told(CrisisEscalated, crisis, topic=topic)
        assert [begun.data[name] for name in ("reason", "call", "climbedTo")] == ["goes_on_again", 1, "crisis_contact"]
    assert "Deze link is gebruikt" in text(await on_call.press(first)), "a link works once"
    assert "u hebt de crisis opgepakt" in text(await on_call.press(again))
    assert len(await on_call.told(CrisisAcknowledged, crisis, times=2)) == 2


async def test_a_person_acts_also_while_the_crisis_is_parked(on_call: OnCall, pair: Pair) -> None:
    crisis = await on_call.a_crisis()
    link = await on_call.link(DESK)
    await rows(pair, "notify", f"UPDATE case_lock SET parked = true WHERE subject = '{crisis}'")
    await on_call.press(link)
    assert len(await on_call.told(CrisisAcknowledged, crisis)) == 1


async def test_whom_we_wrote_is_forgotten_thirty_days_after_the_end(on_call: OnCall, pair: Pair) -> None:
    ended = await on_call.a_crisis()
    await on_call.mail.received(DESK)
    resolve = await on_call.taken(DESK)
    await on_call.receipt(NotificationDelivered, ended, times=2)
    await on_call.press(resolve)
    await on_call.later(timedelta(days=29))
    await on_call.a_crisis()
    await on_call.mail.received("dienst-leiden@swv2801.example")  # the office is closed then
    assert len(await rows(pair, "notify", "SELECT 1 FROM delivery")) == 3
    await on_call.later(timedelta(days=1, minutes=1))
    await until_there(pair, "notify", "SELECT 1 FROM deadline WHERE kind = 'forget' AND fired_at IS NOT NULL")
    left = await rows(pair, "notify", "SELECT subject FROM delivery UNION ALL SELECT crisis FROM link")
    open_ones = await rows(pair, "notify", "SELECT id FROM crisis WHERE stage = 'calling'")
    assert {row["subject"] for row in left} == {row["id"] for row in open_ones}


async def test_a_crisis_that_comes_twice_calls_once(on_call: OnCall) -> None:
    now = on_call.clock.now()
    raised = a_crisis_raised(noticed_at=now, time=now)
    await on_call.service.deliver(CRISES, raised, times=2)
    await on_call.service.deliver(CRISES, a_crisis_raised(raised.subject, noticed_at=now, time=now))
    await on_call.a_crisis()
    await on_call.mail.received(DESK, times=2)
    await on_call.receipt(NotificationDelivered, raised.subject)
    assert len(on_call.mail.mails) == 2


async def test_another_board_cannot_speak_of_a_crisis(on_call: OnCall, pair: Pair) -> None:
    crisis = await on_call.a_crisis()
    await on_call.mail.received(DESK)
    foreign = a_crisis_updated(crisis, state="over", source=OTHER_SCHOOL_SYSTEM, time=on_call.clock.now())
    await on_call.service.deliver(CRISES, foreign)
    await until_there(pair, "notify", "SELECT 1 FROM dead_letter WHERE 'crisis-of-another-board' = ANY(reasons)")
    assert len(await rows(pair, "notify", "SELECT 1 FROM crisis WHERE stage = 'calling'")) == 1


async def test_how_long_the_oldest_waits_is_a_metric(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis()
    await on_call.mail.received(DESK)
    await on_call.later(15 * MINUTE)
    await until(lambda: metrics(on_call), lambda seen: "crisis_unacknowledged_seconds 900.0" in seen, PATIENCE)
    await on_call.taken(DESK)
    await on_call.told(CrisisAcknowledged, crisis)
    await until(lambda: metrics(on_call), lambda seen: "crisis_unacknowledged_seconds 0.0" in seen, PATIENCE)


async def metrics(on_call: OnCall) -> str:
    return (await on_call.service.http.get("/metrics")).text


async def test_no_token_is_kept_once_its_message_is_out(on_call: OnCall, pair: Pair) -> None:
    crisis = await on_call.a_crisis()
    token = (await on_call.link(DESK)).rsplit("/", 1)[1]
    await on_call.receipt(NotificationDelivered, crisis)
    kept = str(await rows(pair, "notify", "SELECT * FROM delivery")) + str(await rows(pair, "notify", "SELECT * FROM link"))
    assert token not in kept
    assert crisis in kept
