"""The crisis ladder by itself: whom each call reaches, when the next one is, and that no crisis is ever without one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from services.notify.domain.crisis import Crisis, Stage
from services.notify.domain.ladder import EXHAUSTED_EVERY, Ladder, Rung
from services.notify.domain.message import CRISIS, ORDINARY, About, Purpose

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
STEP = timedelta(minutes=15)
FIRST, SECOND, TOP = (Rung(role, f"{role}@swv.example") for role in ("first", "second", "top"))
LADDER = Ladder((FIRST, SECOND, TOP), STEP, 3)


def a_crisis() -> Crisis:
    return Crisis("crisis", "bg41234", "90AA00", "gm0546", NOW, "now")


def called(times: int, ladder: Ladder = LADDER) -> Crisis:
    crisis = a_crisis()
    for n in range(times):
        crisis = crisis.call(ladder, NOW + n * STEP)
    return crisis


def test_the_first_is_called_at_once_and_the_next_a_quarter_of_an_hour_later() -> None:
    first = called(1)
    assert (first.called, first.next_call) == ("first", NOW + STEP)
    assert [(message.address, message.link) for message in first.messages] == [(FIRST.address, Purpose.TAKE)]
    assert called(2).called == "second"


def test_three_times_around_and_then_everybody_every_hour() -> None:
    assert not called(9).exhausted
    through = called(10)
    assert through.exhausted
    assert [message.role for message in through.messages[-3:]] == ["first", "second", "top"]
    assert through.next_call == NOW + 9 * STEP + EXHAUSTED_EVERY
    assert len(called(12).messages) == 9 + 3 * 3


def test_when_the_hours_change_the_other_ladder_calls_whom_this_round_has_not_called_yet() -> None:
    on_call = Rung("on_call", "on_call@swv.example")
    after = Ladder((on_call, FIRST, TOP), STEP, 3)
    crisis = called(1)
    roles = []
    for _ in range(9):
        crisis = crisis.call(after, NOW)
        roles.append(crisis.called)
    assert roles == ["on_call", "top", *["on_call", "first", "top"] * 2, "top"]
    assert crisis.exhausted
    assert called(4, after).call(LADDER, NOW).called == "first"


def test_a_role_that_was_called_leaves_the_round_and_is_called_in_the_next() -> None:
    crisis = called(2).call(Ladder((FIRST, SECOND), STEP, 3), NOW)
    assert (crisis.called, crisis.rounds, crisis.called_in_round) == ("first", 1, ("first",))


def test_who_reads_a_message_is_told_how_long_it_is_until_the_next() -> None:
    assert [message.wait for message in called(1).messages] == [STEP]
    assert {message.wait for message in called(10).messages[-3:]} == {EXHAUSTED_EVERY}
    taken = called(1).take("first", FIRST, NOW).remind(FIRST, TOP, NOW)
    assert {message.wait for message in taken.messages[1:]} == {timedelta(hours=4)}


def test_a_crisis_that_is_over_before_anything_was_kept_calls_nobody() -> None:
    assert called(1).resolve("school", NOW).messages == ()


def test_who_cannot_be_reached_is_no_rung_and_a_ladder_without_any_is_through_at_once() -> None:
    nobody = called(1, Ladder((), STEP, 3))
    assert (nobody.exhausted, nobody.called, nobody.messages) == (True, None, ())
    assert nobody.next_call == NOW + EXHAUSTED_EVERY


def test_who_took_it_up_is_asked_every_four_hours_and_the_top_after_every_day() -> None:
    crisis = called(2).take("second", SECOND, NOW)
    assert (crisis.stage, crisis.next_call, crisis.next_reminder) == (Stage.TAKEN, None, NOW + timedelta(hours=4))
    for _ in range(12):
        crisis = crisis.remind(SECOND, TOP, NOW)
    abouts = [message.about for message in crisis.messages[2:]]
    assert abouts.count(About.CRISIS_REMINDER) == 12
    assert [place for place, about in enumerate(abouts) if about is About.CRISIS_UNRESOLVED] == [7, 14]


@given(st.lists(st.sampled_from(["call", "take", "remind", "resolve", "again"]), max_size=30), st.integers(0, 3))
def test_a_crisis_that_is_not_over_always_waits_for_a_moment(steps: list[str], rungs: int) -> None:
    ladder = Ladder(LADDER.rungs[:rungs], STEP, 3)
    crisis = a_crisis().call(ladder, NOW)
    for step in steps:
        match step, crisis.stage:
            case "call", Stage.CALLING:
                crisis = crisis.call(ladder, NOW)
            case "take", Stage.CALLING:
                crisis = crisis.take("first", FIRST, NOW)
            case "remind", Stage.TAKEN:
                crisis = crisis.remind(None, TOP, NOW)
            case "resolve", Stage.TAKEN | Stage.CALLING:
                crisis = crisis.resolve("school", NOW)
            case "again", Stage.RESOLVED:
                crisis = crisis.begin_again().call(ladder, NOW)
        waits = [moment for moment in (crisis.next_call, crisis.next_reminder, crisis.forget_at) if moment]
        assert len(waits) == 1
        assert (crisis.forget_at is not None) is (not crisis.is_open)


def test_an_ordinary_message_is_tried_for_three_days_and_one_of_a_crisis_every_minute_for_a_day() -> None:
    for patience, first, most in ((ORDINARY, timedelta(seconds=30), timedelta(days=3)), (CRISIS, timedelta(minutes=1), timedelta(days=1))):
        attempts, now = 1, NOW
        while next_at := patience.next_attempt(attempts, written=NOW, now=now):
            assert attempts > 1 or next_at == NOW + first
            attempts, now = attempts + 1, next_at
        assert now <= NOW + most
        assert now > NOW + most - timedelta(hours=1)
        assert attempts in {75, 1441}
