"""Notify's tables, in a registry of their own."""

from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Column, DateTime, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """Keeps notify's tables apart from those of other services."""


def _moment(*, needed: bool = False) -> datetime | None:
    column: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=not needed))
    return column


class CrisisRow(Base, table=True):
    """One crisis as it stands."""

    __tablename__ = "crisis"
    id: str = Field(primary_key=True)
    board: str
    school: str
    municipality: str
    raised_at: datetime | None = _moment(needed=True)
    urgency: str
    situation: str | None = None
    case_id: str | None = None
    state: str
    stage: str
    calls: int
    called: str | None = None
    rounds: int
    called_in_round: tuple[str, ...] = Field(sa_column=Column(ARRAY(Text, as_tuple=True), nullable=False))
    next_call: datetime | None = _moment()
    exhausted: bool
    taken_by: str | None = None
    taken_at: datetime | None = _moment()
    reminders: int
    next_reminder: datetime | None = _moment()
    ended_by: str | None = None
    ended_at: datetime | None = _moment()
    contact: str | None = None


class DeliveryRow(Base, table=True):
    """A message on its way, or what came of it; the token of its link stands here only until it is out."""

    __tablename__ = "delivery"
    id: str = Field(primary_key=True)
    lane: str
    subject: str
    case_id: str | None = None
    about: str
    role: str
    address: str
    token: str | None = None
    wait: timedelta | None = None
    written_at: datetime | None = _moment(needed=True)
    next_at: datetime | None = _moment(needed=True)
    attempts: int = 0
    claimed_by: str | None = None
    claimed_until: datetime | None = _moment()
    done_at: datetime | None = _moment()
    outcome: str | None = None


class LinkRow(Base, table=True):
    """A link by the hash of its token."""

    __tablename__ = "link"
    hash: bytes = Field(primary_key=True)
    message: str
    crisis: str = Field(index=True)
    role: str
    purpose: str
    used_at: datetime | None = _moment()
