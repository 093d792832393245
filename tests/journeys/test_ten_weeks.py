"""Ten simulated weeks over the chain in seconds: every date acted on once, on its day, also by a service that was killed across one."""

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from passend_contracts.envelope import Envelope
from passend_contracts.events import CaseEscalated, JGTReferralOverdue

from services.chassis.calendar import day
from tests.builders.events import a_consent_given, a_parents_consulted, a_support_requested
from tests.journeys.simulated import simulation
from tests.pairs.pair import Pair

pytestmark = pytest.mark.real_broker("a relay that does not wait for readers: not all of them run here")

MONDAY = datetime(2026, 10, 5, 7, tzinfo=UTC)
"""Ten weeks from here hold the night in which summer time ends."""
WEEKS = 10


async def test_ten_weeks_in_which_nobody_does_what_he_owes(pair: Pair, tmp_path: Path) -> None:
    began = time.monotonic()
    async with simulation(pair, tmp_path, MONDAY) as world:
        forgotten, unanswered = [a_support_requested(time=MONDAY) for _ in range(20)], [a_support_requested(time=MONDAY) for _ in range(20)]
        await world.send(*forgotten, *unanswered)
        await world.send(*(a_parents_consulted(request.subject, held_on=day(MONDAY), time=MONDAY) for request in unanswered))
        await world.send(*(a_consent_given(request.subject, time=MONDAY) for request in unanswered))
        stops = await world.run_until(MONDAY + timedelta(weeks=WEEKS), killing="intake", across=datetime(2026, 10, 27, tzinfo=UTC))
        escalated, overdue = await world.told("guard.cases.v1", CaseEscalated), await world.told("jgt.cases.v1", JGTReferralOverdue)
    assert _dates(escalated, {request.subject for request in forgotten}) == {
        ("consult_parents", "education_specialist", date(2026, 10, 20)): 20,
        ("consult_parents", "school_director", date(2026, 10, 27)): 20,
        ("consult_parents", "swv_director", date(2026, 11, 3)): 20,
    }
    assert _dates(escalated, {request.subject for request in unanswered}) == {
        ("third_party_step", "education_specialist", date(2026, 10, 13)): 20,
        ("third_party_step", "school_director", date(2026, 10, 20)): 20,
        ("third_party_step", "swv_director", date(2026, 10, 27)): 20,
    }
    assert Counter(day(event.time) for event in overdue) == {date(2026, 10, 13): 20}
    print(f"{WEEKS} weeks, {stops} stops, {time.monotonic() - began:.1f} s")  # noqa: T201 -- the figures are the result


def _dates(escalated: list[Envelope], cases: set[str]) -> dict[tuple[str, str, date], int]:
    mine = [event for event in escalated if event.subject in cases]
    assert len({event.id for event in mine}) == len(mine)
    return dict(Counter((event.data["obligation"], event.data["climbedTo"], day(event.time)) for event in mine))
