"""Cases to rows and back, a whole batch at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from services.intake.domain.case import Case, Entry, Outcome
from services.intake.domain.obligation import Kind, Obligation
from services.intake.tables import CaseRow, HistoryRow, ObligationRow

FIELDS = tuple(CaseRow.model_fields)


async def load(connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, Case]:
    """The cases that there are, with their obligations."""
    obligations = defaultdict(list)
    for row in await connection.execute(select(ObligationRow).where(col(ObligationRow.case_id).in_(case_ids))):
        obligations[row.case_id].append(Obligation(Kind(row.kind), row.owner, row.due, row.ground, row.steps))
    rows = await connection.execute(select(CaseRow).where(col(CaseRow.id).in_(case_ids)))
    return {row.id: _case(row, tuple(obligations[row.id])) for row in rows}


def _case(row: Row[Any], obligations: tuple[Obligation, ...]) -> Case:
    fields = {name: getattr(row, name) for name in FIELDS if name != "outcome"}
    return Case(**fields, outcome=Outcome(row.outcome) if row.outcome else None, obligations=obligations)


async def save(connection: AsyncConnection, states: Mapping[str, Case]) -> None:
    """Write these cases, their obligations and the new lines of their history."""
    written = upsert(CaseRow)
    fresh = {name: written.excluded[name] for name in FIELDS if name != "id"}
    await connection.execute(written.on_conflict_do_update(index_elements=["id"], set_=fresh), [_row(case) for case in states.values()])
    await connection.execute(delete(ObligationRow).where(col(ObligationRow.case_id).in_(list(states))))
    if obligations := [{"case_id": case.id, **asdict(each)} for case in states.values() for each in case.obligations]:
        await connection.execute(insert(ObligationRow), obligations)
    if lines := [{"case_id": case.id, **asdict(line)} for case in states.values() for line in case.new_entries]:
        await connection.execute(insert(HistoryRow), lines)


def _row(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in FIELDS}


async def history(connection: AsyncConnection, case_id: str) -> list[Entry]:
    """The whole history of a case, oldest first."""
    rows = await connection.execute(select(HistoryRow).where(col(HistoryRow.case_id) == case_id).order_by(col(HistoryRow.n)))
    return [Entry(row.at, row.event, row.by) for row in rows]
