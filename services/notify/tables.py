"""Notify's table, in a registry of its own."""

from datetime import datetime

from sqlalchemy import Column, DateTime
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """Keeps notify's table apart from those of other services."""


class CrisisRow(Base, table=True):
    """One crisis as it stands."""

    __tablename__ = "crisis"
    id: str = Field(primary_key=True)
    school: str
    municipality: str
    raised_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    urgency: str
    situation: str | None = None
    state: str
