"""The overview: every open case with who owes the child what by when, and the honest answer to whether every child gets help."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.testing import RunningService
from services.console import store
from services.console.domain.case import Counts, Overview, overview
from services.console.translation import today
from tests.component.console.conftest import Rows
from tests.component.console.told import GUARD, a_case_closed, a_case_opened, a_next_step_set, in_days, owed
from tests.pairs.pair import Pair


async def seen(pair: Pair, rows: Rows, *, read: int) -> Overview:
    """What the overview shows once so many events were read."""
    await rows("SELECT 1 FROM record", at_least=read)
    engine = create_async_engine(pair.database_url("console"))
    async with engine.connect() as connection:
        shown = overview(await store.open_cases(connection), today())
    await engine.dispose()
    return shown


async def test_open_cases_stand_with_what_is_owed_the_most_urgent_first_and_closed_ones_are_gone(
    console: RunningService, pair: Pair, rows: Rows
) -> None:
    late, helped, forgotten, closed = (a_case_opened() for _ in range(4))
    unheard = a_case_opened()  # its opening is never read
    stale = a_next_step_set(late.subject, owed("decide_next_step"))
    told = [
        *(late, helped, forgotten, closed, stale),
        a_next_step_set(late.subject, owed("refer", days=3), owed("consult_parents", days=-2)),
        replace(stale, sequence="000000000009"),  # the relay again: it had its effect, and does not come back
        a_next_step_set(helped.subject, owed("evaluate_support", days=42)),
        a_next_step_set(closed.subject, owed("obtain_consent", days=-9)),
        a_case_closed(closed.subject),
        a_next_step_set(unheard.subject, owed("consult_parents", days=14)),
    ]
    for event in told:
        await console.deliver(GUARD, event)
    shown = await seen(pair, rows, read=len(told) - 1)
    assert [case.id for case in shown.cases] == [forgotten.subject, late.subject, unheard.subject, helped.subject]
    assert [(each.kind, each.due) for each in shown.cases[1].obligations] == [("consult_parents", in_days(-2)), ("refer", in_days(3))]
    assert (shown.cases[2].board, shown.cases[2].school) == ("bg41234", None)
    assert shown.counts == Counts(cases=4, helped=1, overdue=1, without_step=1)
