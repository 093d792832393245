"""A moment that a case waits for is acted on once, when it has come: with one replica or two, awake or asleep, whatever the clock does."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope
from passend_contracts.events import JGTReferralAccepted, JGTReferralOverdue

from services.chassis.calendar import end_of, start_of
from services.chassis.clock import SimulatedClock
from tests.builders.events import a_consent_given, a_parents_consulted
from tests.component.chassis.conftest import Start
from tests.component.chassis.ledger import IN, NAME, OUT, Faults, a_bug
from tests.component.chassis.operator import Operator
from tests.component.facts import rows
from tests.component.issuer import Issuer
from tests.pairs.pair import Pair
from tests.running import RunningService

Clock = tuple[Path, Callable[[datetime], SimulatedClock]]
TODAY = datetime(2026, 11, 9, 12, tzinfo=UTC)
DUE = date(2026, 11, 20)


def due(on: date, case: str | None = None) -> Envelope:
    """An event by which its case waits for the end of that day."""
    return a_parents_consulted(case or a_case(), held_on=on, time=TODAY)


def a_case() -> str:
    return a_parents_consulted("x").id


async def overdue(service: RunningService, count: int) -> list[Envelope]:
    def late(events: list[Envelope]) -> list[Envelope]:
        return [event for event in events if event.type == of(JGTReferralOverdue).type]

    return late(await service.until(OUT, lambda events: len(late(events)) >= count))


async def heard(service: RunningService, *events: Envelope) -> None:
    """Deliver, and wait until all took effect."""
    await asyncio.gather(*(service.deliver(IN, event) for event in events))
    ids = {event.id for event in events}
    accepted = of(JGTReferralAccepted).type
    await service.until(OUT, lambda told: ids <= {event.data["referral"] for event in told if event.type == accepted})


async def test_it_is_acted_on_once_at_the_end_of_its_day_in_the_netherlands(start: Start, clock: Clock) -> None:
    file, begin = clock
    time = begin(TODAY)
    async with start(clock=file) as service:
        first, later = due(DUE), due(DUE + timedelta(days=1))
        await heard(service, first, later)
        time.set(datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC))  # a second before midnight in the Netherlands
        await heard(service, due(date(2027, 1, 1)))
        assert [event.type for event in await service.until(OUT, bool)].count(of(JGTReferralOverdue).type) == 0
        time.set(end_of(DUE))
        assert [event.subject for event in await overdue(service, 1)] == [first.subject]
        time.set(end_of(DUE) + timedelta(days=1))
        assert {event.subject for event in await overdue(service, 2)} == {first.subject, later.subject}


async def test_a_date_that_moved_or_was_met_has_no_timer_any_more(start: Start, clock: Clock) -> None:
    file, begin = clock
    time = begin(TODAY)
    async with start(clock=file) as service:
        moved, met, kept = due(DUE), due(DUE), due(DUE)
        await heard(service, moved, met, kept)
        await heard(service, due(DUE + timedelta(days=7), moved.subject), a_consent_given(met.subject, time=TODAY))
        time.set(end_of(DUE))
        assert [event.subject for event in await overdue(service, 1)] == [kept.subject]
        time.set(end_of(DUE + timedelta(days=7)))
        assert {event.subject for event in await overdue(service, 2)} == {kept.subject, moved.subject}


@pytest.mark.real_broker("a relay that does not wait for readers")
async def test_a_service_that_slept_over_dates_acts_once_on_each(start: Start, clock: Clock) -> None:
    file, begin = clock
    time = begin(TODAY)
    async with start(clock=file) as service:
        events = [due(DUE + timedelta(days=n)) for n in range(5)]
        await heard(service, *events)
    time.set(end_of(DUE + timedelta(days=30)))
    async with start(clock=file) as service:
        assert {event.subject for event in await overdue(service, 5)} == {event.subject for event in events}
        await heard(service, due(DUE + timedelta(days=90)))
    async with start(clock=file) as service:
        await heard(service, due(DUE + timedelta(days=91)))
        assert len(await overdue(service, 5)) == 5


async def test_a_clock_that_jumps_back_makes_nothing_happen_twice(start: Start, clock: Clock) -> None:
    file, begin = clock
    time = begin(TODAY)
    async with start(clock=file) as service:
        await heard(service, due(DUE))
        time.set(end_of(DUE))
        await overdue(service, 1)
        time.set(TODAY)
        await heard(service, due(date(2027, 1, 1)))
        time.set(end_of(DUE))
        await heard(service, due(date(2027, 1, 2)))
        assert len(await overdue(service, 1)) == 1


async def test_a_thousand_timers_of_one_moment_are_acted_on_once_each_by_two_replicas(start: Start, clock: Clock) -> None:
    file, begin = clock
    time = begin(TODAY)
    async with start(clock=file) as service, start(clock=file, replica="1"):
        events = [due(DUE) for _ in range(1000)]
        await heard(service, *events)
        time.set(end_of(DUE))
        late = await overdue(service, 1000)
        assert sorted(event.subject for event in late) == sorted(event.subject for event in events)


async def test_a_date_in_the_past_is_acted_on_at_once_and_one_in_2100_waits(start: Start, clock: Clock) -> None:
    file, begin = clock
    begin(TODAY)
    async with start(clock=file) as service:
        past, far = due(date(1970, 1, 1)), due(date(2100, 12, 31))
        await heard(service, far, past)
        assert [event.subject for event in await overdue(service, 1)] == [past.subject]


async def test_a_timer_that_failed_is_not_dropped_and_acts_once_it_is_mended(
    start: Start, clock: Clock, faults: Faults, issuer: Issuer
) -> None:
    file, begin = clock
    time = begin(TODAY)
    async with start(clock=file) as service:
        operator, event = Operator(service, issuer), due(DUE)
        await heard(service, event)
        faults.cases[event.subject] = a_bug
        time.set(end_of(DUE))
        await operator.until_parked(event.subject, 1)
        refused = await operator.post(f"/v1/geparkeerd/{event.subject}/weglatingen", {"reason": "in the way"})
        assert (refused.status_code, "owed all the same" in refused.text) == (409, True)
        faults.cases.clear()
        assert await operator.release(event.subject) == {"case": event.subject, "released": 1, "waiting": 0}
        assert [late.subject for late in await overdue(service, 1)] == [event.subject]


async def test_a_timer_of_another_release_s_rule_is_followed_by_that_of_this_one(start: Start, clock: Clock, pair: Pair) -> None:
    file, begin = clock
    time = begin(TODAY)
    async with start(clock=file) as service:
        event = due(DUE)
        await heard(service, event)
        await rows(pair, NAME, "UPDATE deadline SET due = due - interval '5 days'")
        time.set(end_of(DUE - timedelta(days=5)))
        await overdue(service, 1)
        time.set(end_of(DUE))
        assert {late.subject for late in await overdue(service, 2)} == {event.subject}


async def test_without_a_simulation_the_real_clock_counts(service: RunningService) -> None:
    yesterday, tomorrow = (due(datetime.now(UTC).date() + timedelta(days=days)) for days in (-2, 2))
    await heard(service, yesterday, tomorrow)
    assert [event.subject for event in await overdue(service, 1)] == [yesterday.subject]


@pytest.mark.parametrize(
    ("on", "begins"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),  # 02:00 to 03:00 does not exist on this day
        (date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),  # 02:00 to 03:00 comes twice
        (date(2026, 10, 26), datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_also_when_the_clock_changes(on: date, begins: datetime) -> None:
    assert start_of(on) == begins
