"""Crises, messages and links to rows and back, a whole batch at a time."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, delete, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from services.chassis.rows import among, put
from services.notify.domain.case import Case
from services.notify.domain.crisis import Crisis, Stage
from services.notify.domain.link import Link
from services.notify.domain.message import About, Message, Purpose
from services.notify.tables import CrisisRow, DeliveryRow, LinkRow

FIELDS = tuple(CrisisRow.model_fields)
Known = Crisis | Case
"""What has to be reached about: a crisis, or a case that somebody is late for."""

CRISES = select(CrisisRow).where(among(CrisisRow.id))
UNSENT = delete(DeliveryRow).where(
    col(DeliveryRow.lane) == "crises", col(DeliveryRow.done_at).is_(None), col(DeliveryRow.claimed_until).is_(None)
)
UNSENT_CALLS = UNSENT.where(col(DeliveryRow.about) == About.CRISIS_CALL)
UNSENT_OF, UNSENT_CALLS_OF = (unsent.where(among(DeliveryRow.subject)) for unsent in (UNSENT, UNSENT_CALLS))


async def load(connection: AsyncConnection, subjects: Sequence[str]) -> dict[str, Known]:
    """The crises that there are; of a case nothing is kept."""
    rows = await connection.execute(CRISES, {"values": list(subjects)})
    return {row.id: _crisis(row) for row in rows}


async def open_crises(connection: AsyncConnection) -> list[Crisis]:
    """Those in which somebody still has to help, longest waiting first."""
    rows = await connection.execute(select(CrisisRow).where(col(CrisisRow.stage) != Stage.RESOLVED).order_by(col(CrisisRow.raised_at)))
    return [_crisis(row) for row in rows]


def _crisis(row: Row[Any]) -> Crisis:
    return Crisis(**{name: getattr(row, name) for name in FIELDS if name != "stage"}, stage=Stage(row.stage))


async def save(connection: AsyncConnection, states: Mapping[str, Known]) -> None:
    """Write these crises in place of what was there, and the messages about them and about cases; what no longer matters is not sent."""
    if crises := [known for known in states.values() if isinstance(known, Crisis)]:
        await put(connection, CrisisRow, [{name: getattr(crisis, name) for name in FIELDS} for crisis in crises])
        await _take_back(connection, crises)
    if written_now := [(known, message, _token(message)) for known in states.values() for message in known.messages]:
        deliveries = [_delivery(known, message, token) for known, message, token in written_now]
        await connection.execute(insert_once(DeliveryRow).on_conflict_do_nothing(), deliveries)  # what was told again was written before
    if links := list(_links(written_now)):
        await connection.execute(insert(LinkRow), links)


async def _take_back(connection: AsyncConnection, crises: Sequence[Crisis]) -> None:
    """Nobody is called to what somebody has taken up, nor reminded of what is over; who is called anew gets that call only.

    What is on its way just now gets its receipt.
    """
    if over := [crisis.id for crisis in crises if crisis.stage is Stage.RESOLVED]:
        await connection.execute(UNSENT_OF, {"values": over})
    if taken := [crisis.id for crisis in crises if crisis.stage is Stage.TAKEN]:
        await connection.execute(UNSENT_CALLS_OF, {"values": taken})
    if anew := [(crisis.id, each.role) for crisis in crises for each in crisis.messages if each.about is About.CRISIS_CALL]:
        await connection.execute(UNSENT_CALLS.where(tuple_(col(DeliveryRow.subject), col(DeliveryRow.role)).in_(anew)))


def _token(message: Message) -> str | None:
    return secrets.token_urlsafe(32) if message.link else None


def _delivery(known: Known, message: Message, token: str | None) -> dict[str, Any]:
    return {
        "id": message.id,
        "lane": "cases" if message.about is About.CASE_ESCALATED else "crises",
        "subject": known.id,
        "case_id": known.case_id if isinstance(known, Crisis) else known.id,
        "about": message.about,
        "role": message.role,
        "address": message.address,
        "token": token,
        "wait": message.wait,
        "written_at": message.written_at,
        "next_at": message.written_at,
        "attempts": 0,
    }


def _links(written_now: Sequence[tuple[Known, Message, str | None]]) -> Iterator[dict[str, Any]]:
    for known, message, token in written_now:
        if token:
            yield {"hash": hashed(token), "message": message.id, "crisis": known.id, "role": message.role, "purpose": message.link}


def hashed(token: str) -> bytes:
    """How a token is kept."""
    return sha256(token.encode()).digest()


async def link(connection: AsyncConnection, token: str) -> Link | None:
    """The link with that token."""
    row = (await connection.execute(select(LinkRow).where(col(LinkRow.hash) == hashed(token)))).first()
    return Link(row.hash, row.message, row.crisis, row.role, Purpose(row.purpose), row.used_at) if row else None


async def use(connection: AsyncConnection, used: Link, now: datetime) -> None:
    """The link has done what it is for."""
    await connection.execute(update(LinkRow).where(col(LinkRow.hash) == used.hash).values(used_at=now))


async def forget(connection: AsyncConnection, crisis: str) -> None:
    """Delete whom was written in a crisis, the links, and whom could be reached."""
    await connection.execute(delete(DeliveryRow).where(col(DeliveryRow.subject) == crisis, col(DeliveryRow.lane) == "crises"))
    await connection.execute(delete(LinkRow).where(col(LinkRow.crisis) == crisis))
    await connection.execute(update(CrisisRow).where(col(CrisisRow.id) == crisis).values(contact=None))
