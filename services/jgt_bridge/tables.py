"""jgt_bridge's tables, in a registry of their own."""

from datetime import date
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """Keeps jgt_bridge's tables apart from those of other services."""


class ReferralRow(Base, table=True):
    """One case as far as the youth team is concerned, with its own projection of consent."""

    __tablename__ = "referral"
    case_id: str = Field(primary_key=True)
    board: str
    board_urn: str
    school: str
    municipality: str
    age_band: str
    consents: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    wants_referral: bool | None = None
    wish_held_on: date | None = None
    state: str
    referral_id: str | None = None
    answer_due: date | None = None
    open: bool


class SealedRow(Base, table=True):
    """An enclosure of a case for its team: the last of its kind, closed as it came."""

    __tablename__ = "sealed"
    case_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    event: str
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
