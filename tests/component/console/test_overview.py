"""What lists and figures are read from: every open case with who owes the child what by when, and all that stands open beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from passend_contracts.envelope import Envelope
from passend_contracts.events import CaseParked, CaseReleased, CrisisAcknowledged, CrisisEscalated, CrisisResolved
from passend_contracts.vocabulary import EventData
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.console import app as console_app, store
from services.console.domain.standing import Figures
from services.console.domain.visitor import List
from tests.builders.events import (
    BOARD,
    GEMEENTE,
    GEMEENTE_SYSTEM,
    OTHER_SCHOOL_SYSTEM,
    a_crisis_raised,
    a_crisis_updated,
    a_decline,
    a_referral,
    an_acceptance,
)
from tests.component.conftest import run
from tests.component.console.conftest import Rows
from tests.component.console.told import (
    CRISES,
    DEAD,
    GUARD,
    NOTIFY,
    OTHER_GUARDIAN,
    PEOPLE,
    SCHOOL,
    STATUS,
    TEAM,
    a_case_closed,
    a_case_opened,
    a_next_step_set,
    in_days,
    owed,
    today,
)
from tests.component.waiting import until
from tests.pairs.pair import Pair
from tests.running import RunningService, an_event

Read = Callable[[Callable[[AsyncConnection], Awaitable[Any]]], Awaitable[Any]]


@pytest.fixture
async def read(pair: Pair, console: RunningService) -> AsyncIterator[Read]:
    """Asks the console's store in a transaction of its own."""
    engine = create_async_engine(pair.database_url("console"))

    async def ask(question: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
        async with engine.connect() as connection:
            return await question(connection)

    yield ask
    await engine.dispose()


def listed(what: List, board: str | None = None) -> Callable[[AsyncConnection], Awaitable[store.Page]]:
    return lambda connection: store.cases(connection, store.Wanted(what, today(), board))


async def test_open_cases_stand_with_what_is_owed_the_most_urgent_first_and_closed_ones_are_gone(
    console: RunningService, rows: Rows, read: Read
) -> None:
    late, helped, forgotten, closed = a_case_opened(), a_case_opened(days=-12), a_case_opened(), a_case_opened()
    unheard = a_case_opened()  # its opening is never read
    elsewhere = a_case_opened(school="90AE00", source=OTHER_GUARDIAN)
    stale = a_next_step_set(late.subject, owed("decide_next_step"))
    told = [
        *(late, helped, forgotten, closed, elsewhere, stale),
        a_next_step_set(late.subject, owed("refer", days=3), owed("consult_parents", days=-2)),
        replace(stale, sequence="000000000009"),  # the relay again: it had its effect, and does not come back
        a_next_step_set(helped.subject, owed("evaluate_support", days=42)),
        a_next_step_set(closed.subject, owed("obtain_consent", days=-9)),
        a_case_closed(closed.subject),
        a_next_step_set(unheard.subject, owed("consult_parents", days=14)),
        a_next_step_set(
            elsewhere.subject,
            owed("third_party_step", days=20, owner="third_party"),
            owed("decide_arrangement", days=25, owner="swv2801"),
            source=OTHER_GUARDIAN,
        ),
    ]
    for event in told:
        await console.deliver(GUARD, event)
    await rows("SELECT 1 FROM record", at_least=len(told) - 1)
    shown = await read(listed(List.CASES))
    everybody = [forgotten.subject, late.subject, unheard.subject, elsewhere.subject, helped.subject]
    assert (shown.total, [case.id for case in shown.rows]) == (5, everybody)
    assert [(each.kind, each.due) for each in shown.rows[1].obligations] == [("consult_parents", in_days(-2)), ("refer", in_days(3))]
    assert (shown.rows[2].board, shown.rows[2].school) == ("bg41234", None)
    on = {what: [case.id for case in (await read(listed(what))).rows] for what in (List.OVERDUE, List.WITHOUT_STEP, List.WORK)}
    assert on == {List.OVERDUE: [late.subject], List.WITHOUT_STEP: [forgotten.subject], List.WORK: [elsewhere.subject]}
    assert [case.id for case in (await read(listed(List.CASES, "bg41235"))).rows] == [elsewhere.subject], "a board sees its own"
    figures = await read(lambda connection: store.figures(connection, today(), None, None))
    assert figures == Figures(cases=5, helped=1, overdue=1, without_step=1, elsewhere=1, days_to_help=12)


async def test_a_crisis_stands_until_somebody_says_that_it_is_over_whatever_else_is_told_of_it(
    console: RunningService, rows: Rows, read: Read
) -> None:
    taken, over, unknown = (a_crisis_raised(case_id=str(uuid4())) for _ in range(3))
    took = CrisisAcknowledged(home_municipality=GEMEENTE, acknowledged_by="crisis_contact", acknowledged_at=taken.time)
    acknowledged = an_event(took, source=NOTIFY, subject=taken.subject, time=taken.time, producer="notify")
    strange = replace(unknown, id=str(uuid4()), type="nl.passendonderwijs.crisis-thought-about.v7", data={"x": [1]})
    said = CrisisResolved(home_municipality=GEMEENTE, resolved_by="crisis_contact", resolved_at=unknown.time)
    resolved = an_event(said, source=NOTIFY, subject=unknown.subject, producer="notify")
    calmer = replace(a_crisis_updated(over.subject, state="calmer"), time=over.time + timedelta(seconds=1))
    ended = replace(a_crisis_updated(over.subject, state="over"), time=over.time + timedelta(seconds=2))
    told = [taken, over, ended, calmer, unknown, strange]  # in no good order
    await console.deliver(PEOPLE, acknowledged)
    await console.deliver(PEOPLE, replace(resolved, id=str(uuid4()), subject=over.subject))
    for event in told:
        await console.deliver(CRISES, event)
    await rows("SELECT 1 FROM record", at_least=len(told) + 2)

    def open_ones(connection: AsyncConnection) -> Awaitable[store.Page]:
        return store.crises(connection, None, 1)

    shown = await until(lambda: read(open_ones), lambda page: page.total == 2, 20)
    assert {each.id for each in shown.rows} == {taken.subject, unknown.subject}
    first = next(each for each in shown.rows if each.id == taken.subject)
    assert (first.acknowledged_at, first.case_id, first.board_urn) == (
        taken.time,
        taken.data["caseId"],
        "urn:nld:hr:kvknummer:90041234",
    )
    await console.deliver(PEOPLE, resolved)
    shown = await until(lambda: read(open_ones), lambda page: page.total == 1, 20)
    assert [each.id for each in shown.rows] == [taken.subject]


async def test_a_crisis_that_goes_on_after_its_end_stands_and_waits_again(console: RunningService, read: Read) -> None:
    raised = a_crisis_raised(case_id=str(uuid4()))

    def later(minutes: int) -> datetime:
        return raised.time + timedelta(minutes=minutes)

    def told(data: EventData, minutes: int) -> Envelope:
        return an_event(data, source=NOTIFY, subject=raised.subject, time=later(minutes), producer="notify")

    role: dict[str, Any] = {"home_municipality": GEMEENTE}
    taken = told(CrisisAcknowledged(**role, acknowledged_by="crisis_contact", acknowledged_at=later(1)), 1)
    over = told(CrisisResolved(**role, resolved_by="crisis_contact", resolved_at=later(2)), 2)
    late = replace(a_crisis_updated(raised.subject, state="ongoing"), time=later(1))  # logged before its end, heard after it
    calmer = replace(a_crisis_updated(raised.subject, state="calmer"), time=later(3))
    again = told(CrisisEscalated(**role, reason="goes_on_again", call=1, climbed_to="crisis_contact"), 4)
    taken_again = told(CrisisAcknowledged(**role, acknowledged_by="crisis_contact", acknowledged_at=later(4)), 4)

    async def seen() -> tuple[bool, datetime | None, str | None] | None:
        crisis = await read(lambda connection: store.crisis(connection, raised.subject))
        return (crisis.is_open, crisis.waits_since, crisis.state) if crisis else None

    stands = (
        (CRISES, raised, (True, later(0), None)),
        (PEOPLE, taken, (True, None, None)),
        (PEOPLE, over, (False, None, None)),
        (CRISES, calmer, (False, None, "calmer")),
        (CRISES, late, (False, None, "calmer")),
        (PEOPLE, again, (True, later(4), "calmer")),
        (PEOPLE, taken_again, (True, None, "calmer")),
    )
    for topic, event, expected in stands:
        await console.deliver(topic, event)
        await until(seen, lambda now, expected=expected: now == expected, 20)  # type: ignore[misc]
        counted = await read(lambda connection: store.figures(connection, today(), None, None))
        assert (counted.crises, counted.longest_crisis) == (int(expected[0]), expected[1])


async def test_a_crisis_is_the_boards_that_told_of_it_first(console: RunningService, rows: Rows, read: Read) -> None:
    raised = a_crisis_raised()
    others = [
        replace(a_crisis_updated(raised.subject, state="over"), source=OTHER_SCHOOL_SYSTEM, time=raised.time + timedelta(seconds=1)),
        replace(a_crisis_raised(raised.subject, case_id=str(uuid4())), source=OTHER_SCHOOL_SYSTEM),
    ]
    for event in (raised, *others):
        await console.deliver(CRISES, event)
    await rows("SELECT 1 FROM record", at_least=3)
    crisis = await read(lambda connection: store.crisis(connection, raised.subject))
    assert (crisis.board_urn, crisis.state, crisis.case_id) == ("urn:nld:hr:kvknummer:90041234", None, None)


async def test_the_list_of_crises_reads_the_open_ones_alone(console: RunningService, rows: Rows) -> None:
    await rows("SET enable_seqscan = off")
    plan = await rows(f"EXPLAIN SELECT * FROM crisis WHERE {store.OPEN} ORDER BY raised_at, id LIMIT 50")
    assert "crisis_open" in str(plan)


async def test_a_referral_waits_until_its_team_answers(console: RunningService, rows: Rows, read: Read) -> None:
    waiting, accepted, declined = (a_referral(str(uuid4())) for _ in range(3))
    yes = an_acceptance(accepted, source=GEMEENTE_SYSTEM, producer="jgt_bridge")
    no = a_decline(declined, source=GEMEENTE_SYSTEM, producer="jgt_bridge")
    for topic, event in ((TEAM, waiting), (STATUS, waiting), (STATUS, yes), (TEAM, accepted), (TEAM, declined), (STATUS, no)):
        await console.deliver(topic, event)
    await rows("SELECT 1 FROM record", at_least=6)
    shown = await read(lambda connection: store.referrals(connection, GEMEENTE, 1, unanswered=True))
    assert [(each.id, each.case_id, each.board) for each in shown.rows] == [(waiting.id, waiting.subject, BOARD)]
    every = await read(lambda connection: store.referrals(connection, GEMEENTE, 1, unanswered=False))
    assert {each.id: each.outcome for each in every.rows} == {waiting.id: None, accepted.id: "accepted", declined.id: "declined"}
    assert (await read(lambda connection: store.referrals(connection, "gm0547", 1, unanswered=False))).total == 0


async def test_a_parked_case_waits_until_it_is_released_and_a_dead_letter_says_where_it_came_from(
    console: RunningService, rows: Rows, read: Read
) -> None:
    released, again = str(uuid4()), str(uuid4())
    source = "urn:nld:hr:kvknummer:90002801:systeem:passend-jgt-bridge"
    parked = CaseParked(event=str(uuid4()), fault="KeyError", place="store.py:12", release_due=datetime.now(UTC))
    told = [
        an_event(data, source=source, subject=case, producer="jgt_bridge")
        for case, data in (
            (released, parked),
            (released, CaseReleased(released=1, dropped=0)),
            (again, parked),
            (again, CaseReleased(released=0, dropped=1)),
            (again, parked),
        )
    ]
    for event in told:
        await console.deliver(DEAD, event)
    await console.topics.put(SCHOOL, b"{", key=b"nobody")
    await rows("SELECT 1 FROM letter", at_least=1)
    await rows("SELECT 1 FROM waiting_case WHERE parked_number = 3", at_least=1)
    shown = await read(lambda connection: store.waiting_cases(connection, 1))
    assert [(each.service, each.case_id, each.fault) for each in shown.rows] == [("jgt_bridge", again, "KeyError")]
    [letter] = (await read(lambda connection: store.letters(connection, 1))).rows
    assert (letter.service, letter.topic, letter.reasons) == ("console", SCHOOL, ("bad-json",))


BACK_TO_0002 = (
    "DROP TABLE crisis, referral, waiting_case, letter, session",
    """ALTER TABLE case_overview DROP COLUMN due, DROP COLUMN swv_due, DROP COLUMN third_party_due, DROP COLUMN helped,
       DROP COLUMN helped_on""",
    "CREATE INDEX case_overview_open ON case_overview (id) WHERE outcome IS NULL",
    "ALTER TABLE case_lock DROP COLUMN told",
    'ALTER TABLE inbox DROP CONSTRAINT inbox_pkey, ADD CONSTRAINT inbox_pkey1 PRIMARY KEY (source, id, "time")',
    "UPDATE alembic_version SET version_num = '0002'",
)
"""What a database looked like before there were these rows."""


async def test_a_database_that_was_there_before_gets_its_rows_from_the_record(pair: Pair, rows: Rows) -> None:
    case, crisis, other = str(uuid4()), a_crisis_raised(case_id=str(uuid4())), a_crisis_raised()
    referral, waiting = a_referral(case), a_referral(str(uuid4()))
    bridge = {"source": "urn:nld:hr:kvknummer:90002801:systeem:passend-jgt-bridge", "subject": case, "producer": "jgt_bridge"}
    parked = CaseParked(event=str(uuid4()), fault="KeyError", place="store.py:12", release_due=datetime.now(UTC))
    over = replace(a_crisis_updated(other.subject, state="over"), time=other.time + timedelta(seconds=1))
    stranger = replace(a_crisis_raised(crisis.subject), source=OTHER_SCHOOL_SYSTEM, time=crisis.time, data=crisis.data)
    role: dict[str, Any] = {"home_municipality": GEMEENTE}
    taken = CrisisAcknowledged(**role, acknowledged_by="crisis_contact", acknowledged_at=crisis.time)
    ended = CrisisResolved(**role, resolved_by="school", resolved_at=over.time)
    told = [
        (GUARD, a_case_opened(case)),
        (GUARD, a_next_step_set(case, owed("decide_arrangement", owner="swv2801"), owed("third_party_step", owner="third_party"))),
        (GUARD, a_next_step_set(waiting.subject, owed("evaluate_support"))),
        *((topic, event) for event in (referral, waiting) for topic in (STATUS, TEAM)),
        (STATUS, an_acceptance(referral, source=GEMEENTE_SYSTEM, producer="jgt_bridge")),
        *((CRISES, event) for event in (crisis, other, over, stranger)),
        (PEOPLE, an_event(taken, source=NOTIFY, subject=crisis.subject, producer="notify")),
        (PEOPLE, an_event(ended, source=NOTIFY, subject=other.subject, producer="notify")),
        *((DEAD, an_event(data, **bridge)) for data in (parked, CaseReleased(released=1, dropped=0), parked)),
    ]

    async def kept() -> list[Any]:
        tables = {"case_overview": "id", "crisis": "id", "referral": "id", "waiting_case": "service"}
        return [sorted(map(dict, await rows(f"SELECT * FROM {table}")), key=lambda row: row[key]) for table, key in tables.items()]

    async with run(pair, console_app.NAME, console_app.build) as console:
        for topic, event in told:
            await console.deliver(topic, event)
        await rows("SELECT 1 FROM record", at_least=len(told))
    before = await kept()
    for statement in BACK_TO_0002:
        await rows(statement)
    async with run(pair, console_app.NAME, console_app.build):
        assert await kept() == before
