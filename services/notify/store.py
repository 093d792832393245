"""Crises to rows and back, a whole batch at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from services.notify.domain.crisis import Crisis
from services.notify.tables import CrisisRow

FIELDS = tuple(CrisisRow.model_fields)


async def load(connection: AsyncConnection, crisis_ids: Sequence[str]) -> dict[str, Crisis]:
    """The crises that there are."""
    rows = await connection.execute(select(CrisisRow).where(col(CrisisRow.id).in_(crisis_ids)))
    return {row.id: _crisis(row) for row in rows}


async def open_crises(connection: AsyncConnection) -> list[Crisis]:
    """Those in which somebody still has to help, longest waiting first."""
    rows = await connection.execute(select(CrisisRow).where(col(CrisisRow.state) != "over").order_by(col(CrisisRow.raised_at)))
    return [_crisis(row) for row in rows]


def _crisis(row: Row[Any]) -> Crisis:
    return Crisis(**{name: getattr(row, name) for name in FIELDS})


async def save(connection: AsyncConnection, states: Mapping[str, Crisis]) -> None:
    """Write these crises in place of what was there."""
    written = upsert(CrisisRow)
    fresh = {name: written.excluded[name] for name in FIELDS if name != "id"}
    rows = [{name: getattr(crisis, name) for name in FIELDS} for crisis in states.values()]
    await connection.execute(written.on_conflict_do_update(index_elements=["id"], set_=fresh), rows)
