"""The guardian's tables, in a registry of their own."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, DateTime
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """Keeps intake's tables apart from those of other services."""


class CaseRow(Base, table=True):
    """One open or closed case."""

    __tablename__ = "guarded_case"
    id: str = Field(primary_key=True)
    board: str = Field(index=True)
    board_urn: str
    school: str
    municipality: str
    age_band: str
    opened_on: date
    team_known: bool
    outcome: str | None = None
    referral_wanted: bool
    may_refer: bool
    feedback: bool
    refer_withdrawn: int = Field(sa_type=BigInteger)
    feedback_withdrawn: int = Field(sa_type=BigInteger)
    placed: bool
    handover_to: str | None = None
    handover_outcome: str | None = None


class ObligationRow(Base, table=True):
    """One obligation of an open case; a case has at most one of a kind."""

    __tablename__ = "obligation"
    case_id: str = Field(primary_key=True, foreign_key="guarded_case.id")
    kind: str = Field(primary_key=True)
    owner: str
    due: date = Field(index=True)
    ground: str
    steps: int


class CrisisRow(Base, table=True):
    """One crisis of a case, also of one that is not open yet."""

    __tablename__ = "crisis"
    case_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    board_urn: str = Field(primary_key=True)
    noticed_on: date
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    event: str
    by: str


class CallRow(Base, table=True):
    """What was heard of the call for a crisis, also of one that is not known yet."""

    __tablename__ = "crisis_call"
    case_id: str = Field(primary_key=True)
    crisis: str = Field(primary_key=True)
    exhausted_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    answered_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class HistoryRow(Base, table=True):
    """One line of a case's history, in the order in which the guardian learned it."""

    __tablename__ = "case_history"
    n: int | None = Field(default=None, primary_key=True)
    case_id: str = Field(index=True, foreign_key="guarded_case.id")
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    event: str
    by: str
