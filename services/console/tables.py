"""The console's tables, in a registry of their own."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """Keeps the console's tables apart from those of other services."""


class RecordRow(Base, table=True):
    """One record of a topic, as it was read: an event with its body, or what nobody could read, with its bytes and the reasons."""

    __tablename__ = "record"
    n: int | None = Field(default=None, primary_key=True)
    log_id: str
    topic: str
    partition: int
    offset: int
    published_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    """When its writer put it on the topic, by Kafka's timestamp."""
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    source: str | None = None
    id: str | None = None
    type: str | None = None
    subject: str | None = None
    time: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    sequence: str | None = None
    producer: str | None = None
    causationid: str | None = None
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """SHA-256 of what was said, the same for every copy."""
    body: dict[str, Any] | None = Field(sa_column=Column(JSONB))
    """The whole event."""
    raw: bytes | None = None
    reasons: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class CaseRow(Base, table=True):
    """One case with its open obligations, as the guardian last told them, and what lists and figures are read from."""

    __tablename__ = "case_overview"
    id: str = Field(primary_key=True)
    board: str
    school: str | None = None
    opened_on: date | None = None
    outcome: str | None = None
    obligations: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    due: date | None = None
    swv_due: date | None = None
    third_party_due: date | None = None
    helped: bool = False
    helped_on: date | None = None
