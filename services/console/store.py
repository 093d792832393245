"""Cases to rows and back, a whole batch at a time; and the figures and lists of the pages, a page of rows at a time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.rows import among, put
from services.console.domain.case import Case, Obligation
from services.console.domain.standing import Crisis, Figures, Letter, Referral, WaitingCase
from services.console.domain.visitor import List
from services.console.tables import CaseRow

PLAIN = ("id", "board", "school", "opened_on", "outcome", "due", "swv_due", "third_party_due", "helped_on")

CASES = select(CaseRow).where(among(CaseRow.id))


async def load(connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, Case]:
    """The cases that there are."""
    rows = await connection.execute(CASES, {"values": list(case_ids)})
    return {row.id: _case(row) for row in rows}


def _case(row: Row[Any]) -> Case:
    obligations = tuple(_obligation(**each) for each in row.obligations)
    return Case(row.id, row.board, row.school, row.opened_on, obligations, row.outcome, row.helped_on)


def _obligation(*, due: str, **same: str) -> Obligation:
    return Obligation(due=date.fromisoformat(due), **same)


async def save(connection: AsyncConnection, states: Mapping[str, Case]) -> None:
    """Write these cases in place of what was there."""
    await put(connection, CaseRow, [_row(case) for case in states.values()])


def _row(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in PLAIN} | {"obligations": case.obligations, "helped": case.is_helped}


FIGURES = text("""
    SELECT count(*) AS cases,
           count(*) FILTER (WHERE helped) AS helped,
           count(*) FILTER (WHERE due BETWEEN :today AND :sunday) AS this_week,
           count(*) FILTER (WHERE due < :today) AS overdue,
           count(*) FILTER (WHERE due IS NULL) AS without_step,
           count(third_party_due) AS elsewhere
    FROM case_overview WHERE outcome IS NULL AND (CAST(:board AS text) IS NULL OR board = :board)
""")
OPEN = "stage <> 'over'"
"""Of a crisis: its index holds just these."""
OPEN_CRISES = text(f"""
    SELECT count(*) AS crises,
           min(coalesce(again_at, raised_at)) FILTER (WHERE stage = 'calling') AS longest_crisis
    FROM crisis WHERE {OPEN} AND (CAST(:board_urn AS text) IS NULL OR board_urn = :board_urn)
""")  # noqa: S608 -- our own words
DAYS_TO_HELP = text("""
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY helped_on - opened_on) FROM case_overview
    WHERE helped_on > :since AND (CAST(:board AS text) IS NULL OR board = :board)
""")
YEAR = timedelta(days=365)


async def figures(connection: AsyncConnection, today: date, board: str | None, board_urn: str | None) -> Figures:
    """Whether help gets through, for one board or for all; a case counts by its row, which every batch renews."""
    sunday = today + timedelta(days=6 - today.weekday())
    cases = (await connection.execute(FIGURES, {"today": today, "sunday": sunday, "board": board})).one()
    crises = (await connection.execute(OPEN_CRISES, {"board_urn": board_urn})).one()
    days = (await connection.execute(DAYS_TO_HELP, {"since": today - YEAR, "board": board})).scalar_one()
    return Figures(**cases._mapping, **crises._mapping, days_to_help=days)  # noqa: SLF001 -- SQLAlchemy's name for it, and public


PER_PAGE = 50
Each = TypeVar("Each")


class Page(NamedTuple):
    """A part of a list, and how long the whole of it is."""

    total: int
    rows: Sequence[Any]


_OF_BOARD = "(CAST(:board AS text) IS NULL OR board = :board)"
_OF_KIND = "(CAST(:kind AS text) IS NULL OR obligations @> jsonb_build_array(jsonb_build_object('kind', CAST(:kind AS text))))"
_OPEN = f"case_overview WHERE outcome IS NULL AND {_OF_BOARD}"
_LISTED = {
    List.CASES: (_OPEN, "due NULLS FIRST, id"),
    List.THIS_WEEK: (f"{_OPEN} AND due BETWEEN :today AND :sunday", "due, id"),
    List.OVERDUE: (f"{_OPEN} AND due < :today", "due, id"),
    List.WITHOUT_STEP: (f"{_OPEN} AND due IS NULL", "opened_on NULLS FIRST, id"),
    List.ELSEWHERE: (f"case_overview WHERE third_party_due IS NOT NULL AND {_OF_BOARD}", "third_party_due, id"),
    List.WORK: (f"case_overview WHERE swv_due IS NOT NULL AND {_OF_KIND}", "swv_due, id"),
    List.HELPED: (f"case_overview WHERE helped_on IS NOT NULL AND {_OF_BOARD}", "helped_on DESC, id DESC"),
}
"""Of each list of cases where its rows stand, and in which order."""


class Wanted(NamedTuple):
    """Which part of which list of cases."""

    what: List
    today: date
    board: str | None = None
    """Whose cases; all of them without one."""
    kind: str | None = None
    """Of the work list only those with such a duty."""


async def cases(connection: AsyncConnection, wanted: Wanted, page: int = 1, size: int = PER_PAGE) -> Page:
    """A page of a list of cases, soonest due first."""
    sunday = wanted.today + timedelta(days=6 - wanted.today.weekday())
    where, order = _LISTED[wanted.what]
    about = {"board": wanted.board, "kind": wanted.kind, "today": wanted.today, "sunday": sunday}
    return await _page(connection, where, order, about, page, _case, size)


KINDS = text("""
    SELECT owed.kind, count(*) AS cases FROM case_overview, jsonb_to_recordset(obligations) AS owed (kind text, owner text)
    WHERE swv_due IS NOT NULL AND owed.owner LIKE 'swv%' GROUP BY owed.kind ORDER BY cases DESC, owed.kind
""")


async def work_by_kind(connection: AsyncConnection) -> dict[str, int]:
    """What the samenwerkingsverband has to do, as so many duties of each kind."""
    return {row.kind: row.cases for row in await connection.execute(KINDS)}


async def crises(connection: AsyncConnection, board_urn: str | None, page: int) -> Page:
    """The open crises, longest waiting first."""
    where = f"crisis WHERE {OPEN} AND (CAST(:board_urn AS text) IS NULL OR board_urn = :board_urn)"
    return await _page(connection, where, "raised_at, id", {"board_urn": board_urn}, page, _crisis)


async def crises_of(connection: AsyncConnection, case_id: str) -> list[Crisis]:
    """The crises of a case, open or over, newest first."""
    rows = await connection.execute(text("SELECT * FROM crisis WHERE case_id = :case ORDER BY raised_at DESC, id"), {"case": case_id})
    return [_crisis(row) for row in rows]


async def crisis(connection: AsyncConnection, crisis_id: str) -> Crisis | None:
    """That crisis."""
    row = (await connection.execute(text("SELECT * FROM crisis WHERE id = :id"), {"id": crisis_id})).first()
    return _crisis(row) if row else None


def _crisis(row: Row[Any]) -> Crisis:
    return Crisis(**{name: value for name, value in row._mapping.items() if name != "stage_number"})  # noqa: SLF001 -- see above


_OF_GEMEENTE = "referral WHERE gemeente = :gemeente"


async def referrals(connection: AsyncConnection, gemeente: str, page: int, *, unanswered: bool) -> Page:
    """What was referred to a gemeente: what waits for its answer by due date, or all of it, newest first."""
    where = f"{_OF_GEMEENTE} AND outcome IS NULL" if unanswered else _OF_GEMEENTE
    order = "answer_due, id" if unanswered else "referred_at DESC, id"
    return await _page(connection, where, order, {"gemeente": gemeente}, page, _referral)


async def referrals_of(connection: AsyncConnection, case_id: str) -> dict[str, list[Referral]]:
    """The referrals of a case, by gemeente."""
    rows = await connection.execute(
        text("SELECT * FROM referral WHERE case_id = :case AND gemeente IS NOT NULL ORDER BY referred_at"), {"case": case_id}
    )
    found: dict[str, list[Referral]] = {}
    for row in rows:
        found.setdefault(row.gemeente, []).append(_referral(row))
    return found


def _referral(row: Row[Any]) -> Referral:
    fields = ("id", "case_id", "board", "school", "answer_due", "outcome")
    return Referral(**{name: getattr(row, name) for name in fields})


async def waiting_cases(connection: AsyncConnection, page: int) -> Page:
    """The parked cases of all services, first to be released first."""
    where = "waiting_case WHERE parked_number > released_number"
    return await _page(connection, where, "release_due, case_id", {}, page, _waiting)


def _waiting(row: Row[Any]) -> WaitingCase:
    counted = {"parked_number", "released_number"}
    return WaitingCase(**{name: value for name, value in row._mapping.items() if name not in counted})  # noqa: SLF001 -- see above


async def letters(connection: AsyncConnection, page: int) -> Page:
    """The dead letters of all services, newest first."""
    return await _page(connection, "letter WHERE true", "told_at DESC, topic, partition, letter.offset", {}, page, _letter)


def _letter(row: Row[Any]) -> Letter:
    seen = {name: value for name, value in row._mapping.items() if name != "content"}  # noqa: SLF001 -- see above
    return Letter(**{**seen, "reasons": tuple(row.reasons)})


async def _page(
    connection: AsyncConnection, where: str, order: str, about: Mapping[str, Any], page: int, read: Any, size: int = PER_PAGE
) -> Page:
    """`where` and `order` are this module's own words; what comes from outside stands in `about`."""
    total = (await connection.execute(text(f"SELECT count(*) FROM {where}"), about)).scalar_one()  # noqa: S608 -- see above
    cut = {"most": size, "before": (page - 1) * size}
    statement = text(f"SELECT * FROM {where} ORDER BY {order} LIMIT :most OFFSET :before")  # noqa: S608 -- see above
    return Page(total, [read(row) for row in await connection.execute(statement, {**about, **cut})])


class Pulse(NamedTuple):
    """What changes whenever any page may, and when the last record was kept."""

    mark: str
    newest: datetime | None


PULSE = text("""
    SELECT (SELECT n FROM record ORDER BY n DESC LIMIT 1) AS n, (SELECT recorded_at FROM record ORDER BY n DESC LIMIT 1) AS newest,
           (SELECT sum(next_offset) FROM consumer_offset) AS read
""")


async def pulse(connection: AsyncConnection) -> Pulse:
    """How far the record is, in all lanes: two that commit in another order than they began change it both."""
    row = (await connection.execute(PULSE)).one()
    return Pulse(f"{row.n}-{row.read}", row.newest.astimezone(UTC) if row.newest else None)
