"""The hop as FastStream's and SQLModel's documentation shows it: one message, one session, one commit, then publish.

What lies between the commit and the publish is lost when the process dies there; an outbox library would make it slower still.
"""

import asyncio
import json
from datetime import datetime
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from passend_contracts import catalogue
from passend_contracts.events import JGTReferralAccepted, ParentsConsulted
from pydantic import BaseModel
from sqlalchemy import Column, DateTime
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.jgt_bridge.tables import ReferralRow
from tests.benchmarks.load import OUTGOING, TOPIC, Load
from tests.benchmarks.stopwatch import Stopwatch, Took
from tests.builders.events import BOARD, GEMEENTE, SCHOOL_SYSTEM


class Base(SQLModel, registry=registry()):
    """Keeps this table apart from those of the services."""


class Seen(Base, table=True):
    """A row of the inbox."""

    __tablename__ = "inbox"
    source: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    time: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))


class Event(BaseModel):
    """A CloudEvent with the data that this consumer understands."""

    id: str
    source: str
    subject: str
    time: datetime
    data: ParentsConsulted


async def run(kafka: str, database_url: str, load: Load) -> Took:
    """Take the load in; it is done when the last message that it caused is acknowledged."""
    watch, done, handled = Stopwatch(), asyncio.Event(), count(1)
    engine = create_async_engine(database_url)
    broker = KafkaBroker(kafka, logger=None, decoder=_parsed)

    @broker.subscriber(TOPIC, group_id="idiomatic", auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR)
    async def on_parents_consulted(event: Event) -> None:
        watch.start()
        async with AsyncSession(engine) as session:
            if not await session.get(Seen, (event.source, event.id, event.time)):
                await _keep(event, session)
        await broker.publish(_told(event), OUTGOING, key=event.subject.encode())
        if next(handled) == load.events:
            done.set()

    async with broker:
        await broker.start()
        await done.wait()
        took = watch.read()
    await engine.dispose()
    return took


async def _parsed(message: KafkaMessage) -> Any:
    return json.loads(message.body)  # FastStream itself knows application/json only


async def _keep(event: Event, session: AsyncSession) -> None:
    session.add(Seen(source=event.source, id=event.id, time=event.time))
    referral = await session.get(ReferralRow, event.subject) or _new(event.subject)
    referral.wants_referral, referral.wish_held_on = event.data.youth_team == "refer", event.data.held_on
    session.add(referral)
    await session.commit()


def _new(case: str) -> ReferralRow:
    about: dict[str, Any] = {"board": BOARD, "board_urn": SCHOOL_SYSTEM, "school": "90AA00", "municipality": GEMEENTE, "age_band": "6-7"}
    return ReferralRow(case_id=case, consents=[], state="none", open=True, **about)


def _told(event: Event) -> dict[str, object]:
    kind = catalogue.of(JGTReferralAccepted)
    return {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, f"idiomatic {event.source} {event.id}")),
        "source": event.source,
        "type": kind.type,
        "subject": event.subject,
        "time": event.time.isoformat(),
        "dataschema": kind.dataschema,
        "causationid": f"{event.source}#{event.id}",
        "data": JGTReferralAccepted(referral=event.id, accepted_on=event.data.held_on).to_wire(),
    }
