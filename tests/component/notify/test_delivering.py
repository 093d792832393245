"""What becomes of a message when the mail server is away, refuses, puts off, breaks off, or we are killed in between."""

from datetime import timedelta
from pathlib import Path

import pytest
from passend_contracts.events import CrisisEscalated, NotificationDelivered, NotificationExhausted, NotificationFailed

from services.chassis.clock import SimulatedClock
from services.notify import app
from tests.builders.events import a_case_escalated, a_crisis_raised
from tests.component.conftest import notify_settings
from tests.component.facts import rows, until_there
from tests.component.issuer import Issuer
from tests.component.mail_server import MailServer, link_in
from tests.component.notify.on_call import CRISES, DESK, DIRECTOR, HOUR, MINUTE, RECEIPTS, SPECIALIST, OnCall, notify_on
from tests.component.notify.process import process
from tests.pairs.pair import Pair
from tests.running import Topics

GUARD = "guard.cases.v1"


async def a_late_case(on_call: OnCall, *, to: str = "education_specialist") -> str:
    """A case in which somebody is late, so that this role hears of it."""
    event = a_case_escalated(to=to, time=on_call.clock.now())
    await on_call.service.deliver(GUARD, event)
    return event.subject


async def tried(pair: Pair, times: int, **where: str) -> None:
    """Wait until the one message that is not done with was tried so often."""
    also = "".join(f" AND {name} = '{value}'" for name, value in where.items())
    await until_there(pair, app.NAME, f"SELECT 1 FROM delivery WHERE attempts = {times} AND claimed_until IS NULL{also}")


async def test_who_hears_of_a_late_case_gets_a_message_without_content(on_call: OnCall) -> None:
    case = await a_late_case(on_call)
    mail = await on_call.mail.received(SPECIALIST)
    assert mail["Subject"] == "Er wacht iets op u / Something waits for you"
    assert f"http://console.example/zaak/{case}" in str(mail.get_content())
    for word in ("consult", "90AA00", "bg41234", "Waterlelie", "Leiden"):
        assert word not in mail.as_string()
    [receipt] = await on_call.receipt(NotificationDelivered, case)
    assert (receipt["about"], receipt["role"], receipt["attempts"]) == ("case_escalated", "education_specialist", 1)
    await a_late_case(on_call, to="school_board")
    await on_call.mail.received("bestuur@debredevaart.example")


async def test_of_what_was_late_more_than_a_day_ago_nobody_hears(on_call: OnCall, pair: Pair) -> None:
    old = a_case_escalated(time=on_call.clock.now() - timedelta(hours=25))
    await on_call.service.deliver(GUARD, old)
    await until_there(pair, app.NAME, f"SELECT 1 FROM inbox WHERE id = '{old.id}'")
    case = await a_late_case(on_call)
    await on_call.receipt(NotificationDelivered, case)
    assert [row["subject"] for row in await rows(pair, app.NAME, "SELECT subject FROM delivery")] == [case]


async def test_a_server_that_keeps_messages_waiting_keeps_no_other(on_call: OnCall) -> None:
    on_call.mail.hangs = True
    await on_call.a_crisis()
    await on_call.mail.received(DESK)
    await on_call.a_crisis()
    await on_call.mail.received(DESK, times=2)
    on_call.mail.hangs = False


async def test_a_role_that_is_called_anew_gets_that_call_only(on_call: OnCall, pair: Pair) -> None:
    await on_call.mail.stop()
    crisis = await on_call.a_crisis()
    await tried(pair, 1)
    for n in range(1, 12):
        await on_call.later(15 * MINUTE if n < 10 else HOUR)
        await on_call.told(CrisisEscalated, crisis, times=n)
    waiting = "SELECT count(*) = 3 AND bool_and(claimed_until IS NULL AND attempts > 0) FROM delivery WHERE done_at IS NULL"
    await until_there(pair, app.NAME, f"SELECT 1 WHERE ({waiting})")
    await on_call.mail.start()
    await on_call.later(MINUTE)
    assert len(await on_call.receipt(NotificationDelivered, crisis, times=3)) == 3
    assert sorted(mail["To"] for mail in on_call.mail.mails) == sorted([DESK, SPECIALIST, DIRECTOR])


async def test_a_role_without_a_mailbox_is_somebody_s_duty_at_once(on_call: OnCall) -> None:
    case = await a_late_case(on_call, to="a_new_role")
    [receipt] = await on_call.receipt(NotificationExhausted, case)
    assert (receipt["reason"], receipt["role"], receipt["caseId"]) == ("no_address", "a_new_role", case)


async def test_a_mail_server_that_is_down_for_an_hour_delays_and_loses_nothing(on_call: OnCall, pair: Pair) -> None:
    await on_call.mail.stop()
    case = await a_late_case(on_call)
    waits = (timedelta(), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), HOUR)
    for n, wait in enumerate(waits[:-1], start=1):
        await on_call.later(wait)
        await tried(pair, n)
    [failed] = await on_call.receipt(NotificationFailed, case)
    assert failed["reason"] == "unreachable"
    await on_call.mail.start()
    await on_call.later(waits[-1])
    await on_call.mail.received(SPECIALIST)
    [delivered] = await on_call.receipt(NotificationDelivered, case)
    assert delivered["attempts"] == 5
    assert len(on_call.mail.mails) == 1


async def test_in_a_crisis_it_is_tried_every_minute_and_the_ladder_climbs_meanwhile(on_call: OnCall, pair: Pair) -> None:
    await on_call.mail.stop()
    crisis = await on_call.a_crisis()
    for n in range(1, 4):
        await tried(pair, n)
        await on_call.later(MINUTE)
    await tried(pair, 4)
    await on_call.later(12 * MINUTE)
    await on_call.told(CrisisEscalated, crisis)
    await tried(pair, 5)
    await tried(pair, 1, role="education_specialist")
    await on_call.mail.start()
    await on_call.later(MINUTE)
    await on_call.mail.received(DESK)
    await on_call.mail.received(SPECIALIST)
    assert len(await on_call.receipt(NotificationDelivered, crisis, times=2)) == 2


async def test_a_refused_message_is_not_tried_again_and_is_somebody_s_duty(on_call: OnCall, pair: Pair) -> None:
    on_call.mail.answer = "550 No such mailbox"
    case = await a_late_case(on_call)
    [exhausted] = await on_call.receipt(NotificationExhausted, case)
    assert (exhausted["reason"], exhausted["role"]) == ("refused", "education_specialist")
    [failed] = await on_call.receipt(NotificationFailed, case)
    assert "nextAttemptAt" not in failed
    assert failed["message"] == exhausted["message"]
    await on_call.later(timedelta(days=1))
    await a_late_case(on_call)
    await on_call.mail.until(lambda mail: mail.attempts == 2)


async def test_a_call_that_did_not_arrive_is_not_tried_again_once_somebody_has_taken_the_crisis_up(on_call: OnCall, pair: Pair) -> None:
    await on_call.a_crisis()
    link = link_in(await on_call.mail.received(DESK))
    await until_there(pair, app.NAME, "SELECT 1 FROM delivery WHERE done_at IS NOT NULL")
    on_call.mail.hangs = True
    await on_call.later(15 * MINUTE)
    await on_call.mail.received(SPECIALIST)
    on_call.mail.breaks_off = True
    await on_call.press(link)
    on_call.mail.hangs = False
    await until_there(pair, app.NAME, "SELECT 1 FROM delivery WHERE role = 'education_specialist' AND done_at IS NOT NULL")
    assert len(on_call.mail.to(SPECIALIST)) == 1


async def test_a_refused_call_climbs_at_once(on_call: OnCall) -> None:
    on_call.mail.answer = "550 No such mailbox"
    crisis = await on_call.a_crisis()
    *_, last = await on_call.told(CrisisEscalated, crisis, times=9)
    assert (last.data["reason"], last.data["climbedTo"]) == ("ladder_exhausted", "swv_director")
    told = await on_call.told(NotificationExhausted, crisis, times=12, topic=RECEIPTS)
    assert {event.data["reason"] for event in told} == {"refused"}
    assert len({event.causationid for event in told}) == 12, "one cause, one receipt"
    on_call.mail.answer = "250 OK"
    await on_call.later(HOUR)
    await on_call.mail.received(DESK)


async def test_greylisting_is_waited_out(on_call: OnCall, pair: Pair) -> None:
    on_call.mail.answer = "451 Try again later"
    case = await a_late_case(on_call)
    await tried(pair, 1)
    [failed] = await on_call.receipt(NotificationFailed, case)
    assert failed["reason"] == "deferred"
    on_call.mail.answer = "250 OK"
    await on_call.later(timedelta(seconds=30))
    await on_call.mail.received(SPECIALIST)
    assert (await on_call.receipt(NotificationDelivered, case))[0]["attempts"] == 2


async def test_a_server_that_breaks_off_after_it_has_a_message_gets_it_again_under_the_same_id(on_call: OnCall, pair: Pair) -> None:
    on_call.mail.breaks_off = True
    case = await a_late_case(on_call)
    await tried(pair, 1)
    [failed] = await on_call.receipt(NotificationFailed, case)
    assert failed["reason"] == "outcome_unknown"
    on_call.mail.breaks_off = False
    await on_call.later(timedelta(seconds=30))
    await on_call.mail.received(SPECIALIST, times=2)
    assert len({mail["Message-ID"] for mail in on_call.mail.mails}) == 1
    assert len({str(mail.get_content()) for mail in on_call.mail.mails}) == 1
    assert len(await on_call.receipt(NotificationDelivered, case)) == 1


@pytest.mark.parametrize("fault", ["password", "certificate"])
async def test_a_server_with_which_we_cannot_deal_gets_nothing_until_that_is_mended(
    fault: str, pair: Pair, issuer: Issuer, mail: MailServer, clock: SimulatedClock, tmp_path: Path
) -> None:
    mail.password = "another" if fault == "password" else mail.password
    other = {"smtp_ca": None} if fault == "certificate" else {}
    async with notify_on(clock, tmp_path, pair, mail, **issuer.settings, **other) as on_call:
        case = await a_late_case(on_call)
        [failed] = await on_call.receipt(NotificationFailed, case)
        assert failed["reason"] == "server_refuses"
        assert (await on_call.service.http.get("/health/ready")).status_code == 200, "its pages work all the same"
    assert mail.attempts == 0


async def test_after_three_days_a_message_is_given_up_and_is_somebody_s_duty(on_call: OnCall, pair: Pair) -> None:
    await on_call.mail.stop()
    case = await a_late_case(on_call)
    attempts = 0
    while not await rows(pair, app.NAME, "SELECT 1 FROM delivery WHERE done_at IS NOT NULL"):
        attempts += 1
        await until_there(pair, app.NAME, f"SELECT 1 FROM delivery WHERE attempts >= {attempts} AND claimed_until IS NULL")
        await on_call.later(HOUR)
    [exhausted] = await on_call.receipt(NotificationExhausted, case)
    assert exhausted["reason"] == "tried_for_too_long"
    assert 70 <= attempts <= 76
    await on_call.later(timedelta(days=31))
    await until_there(pair, app.NAME, "SELECT 1 WHERE NOT EXISTS (SELECT FROM delivery)")


async def test_a_database_that_is_away_between_the_mail_server_and_the_commit_sends_nothing_twice(on_call: OnCall, pair: Pair) -> None:
    on_call.mail.hangs = True
    case = await a_late_case(on_call)
    await on_call.mail.received(SPECIALIST)
    await pair.kill_database()
    on_call.mail.hangs = False
    await pair.start_database()
    [receipt] = await on_call.receipt(NotificationDelivered, case)
    assert receipt["attempts"] == 1
    assert len(on_call.mail.mails) == 1


async def test_a_message_that_we_cannot_write_stops_no_other(on_call: OnCall, pair: Pair) -> None:
    broken = "('broken', 'cases', 'x', 'case_escalated', 'swv_director', E'a\\nb', now(), '2026-01-01', 0)"
    columns = "(id, lane, subject, about, role, address, written_at, next_at, attempts)"
    await rows(pair, app.NAME, f"INSERT INTO delivery {columns} VALUES {broken}")
    case = await a_late_case(on_call)
    await on_call.receipt(NotificationDelivered, case)


async def test_who_is_killed_between_the_mail_server_and_the_commit_sends_again_under_the_same_id(
    pair: Pair, issuer: Issuer, mail: MailServer, clock: SimulatedClock, tmp_path: Path
) -> None:
    settings = notify_settings(pair, mail, clock=tmp_path / "clock", **issuer.settings)
    topics = Topics(pair.kafka)
    await topics.start()
    try:
        mail.hangs = True
        raised = a_crisis_raised(noticed_at=clock.now(), time=clock.now(), sequence="000000000001")
        await topics.emit(CRISES, raised)
        async with process(settings, tmp_path / "notify.log") as first:
            await mail.received(DESK)
            first.kill()
            await first.wait()
        mail.hangs = False
        async with process(settings, tmp_path / "notify.log"):
            await mail.received(DESK, times=2)
            receipts = await topics.events(RECEIPTS, 1)
        assert len({mail["Message-ID"] for mail in mail.mails}) == 1
        assert [(receipt.subject, receipt.data["attempts"]) for receipt in receipts] == [(raised.subject, 2)]
    finally:
        await topics.stop()
