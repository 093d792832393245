"""Cases to rows and back, a whole batch at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from services.console.domain.case import Case, Obligation
from services.console.tables import CaseRow

FIELDS = tuple(CaseRow.model_fields)


async def load(connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, Case]:
    """The cases that there are."""
    rows = await connection.execute(select(CaseRow).where(col(CaseRow.id).in_(case_ids)))
    return {row.id: _case(row) for row in rows}


async def open_cases(connection: AsyncConnection) -> list[Case]:
    """All open cases."""
    return [_case(row) for row in await connection.execute(select(CaseRow).where(col(CaseRow.outcome).is_(None)))]


def _case(row: Row[Any]) -> Case:
    obligations = tuple(_obligation(**each) for each in row.obligations)
    return Case(row.id, row.board, row.school, row.opened_on, obligations, row.outcome)


def _obligation(*, due: str, **same: str) -> Obligation:
    return Obligation(due=date.fromisoformat(due), **same)


async def save(connection: AsyncConnection, states: Mapping[str, Case]) -> None:
    """Write these cases in place of what was there."""
    written = upsert(CaseRow)
    fresh = {name: written.excluded[name] for name in FIELDS if name != "id"}
    rows = [_row(case) for case in states.values()]
    await connection.execute(written.on_conflict_do_update(index_elements=["id"], set_=fresh), rows)


def _row(case: Case) -> dict[str, Any]:
    return {**asdict(case), "obligations": [{**asdict(each), "due": each.due.isoformat()} for each in case.obligations]}
