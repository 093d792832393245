"""Placement's tables, in a registry of their own."""

from datetime import date

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """Keeps placement's tables apart from those of other services."""


class CaseRow(Base, table=True):
    """One case in which the samenwerkingsverband may have a part."""

    __tablename__ = "supported_case"
    id: str = Field(primary_key=True)
    board: str
    board_urn: str
    school: str | None = None
    is_open: bool


class ArrangementRow(Base, table=True):
    """One request for an arrangement, and what was granted."""

    __tablename__ = "arrangement"
    request: str = Field(primary_key=True)
    case_id: str = Field(index=True, foreign_key="supported_case.id")
    kind: str
    requested_on: date
    wanted_from: date
    wanted_until: date
    hours_wanted: int | None = None
    state: str
    starts_on: date | None = None
    evaluate_on: date | None = None
    ends_on: date | None = None
    hours_per_week: int | None = None
    budget: int | None = None


class ExpertRow(Base, table=True):
    """One request for an expert."""

    __tablename__ = "expert_request"
    request: str = Field(primary_key=True)
    case_id: str = Field(index=True, foreign_key="supported_case.id")
    discipline: str
    requested_on: date
    state: str
    provider: str | None = None
    report_due: date | None = None


class PlaceRow(Base, table=True):
    """The newest search for a place of a case, with the offer that it led to."""

    __tablename__ = "place"
    case_id: str = Field(primary_key=True, foreign_key="supported_case.id")
    kind: str
    sought_on: date
    find_by: date
    state: str
    starts_on: date | None = None
    offer: str | None = None
    school: str | None = Field(None, index=True)
    available_from: date | None = None
    answer_due: date | None = None


class CapacityRow(Base, table=True):
    """How many places a location has in all, as agreed with it; its row is the lock under which a place is taken."""

    __tablename__ = "capacity"
    school: str = Field(primary_key=True)
    places: int
    agreed_on: date
