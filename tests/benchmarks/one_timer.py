"""What a team would write by hand for timers: one a transaction, taken past the locks of others, published before the commit.

Nothing of it is lost, and a death before the commit repeats one. Nothing is numbered, and nobody's case is locked.
"""

from datetime import datetime
from time import perf_counter

import asyncpg
from aiokafka import AIOKafkaProducer
from passend_contracts.catalogue import to_topic
from passend_contracts.envelope import encode
from passend_contracts.events import JGTReferralOverdue

from services.chassis.calendar import day
from services.jgt_bridge.use_cases import STATUS
from tests.benchmarks.load import HEADERS
from tests.running import an_event

TAKE = """
    SELECT subject, kind, board_urn, municipality, referral_id, answer_due FROM deadline JOIN referral ON case_id = subject
    WHERE fired_at IS NULL AND due <= $1 ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED
"""
FIRED = "UPDATE deadline SET fired_at = $1 WHERE subject = $2 AND kind = $3"


async def run(kafka: str, database: asyncpg.Connection, timers: int, now: datetime) -> float:
    """Act on so many of those that are due; returns how many a second."""
    async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True) as producer:
        begun = perf_counter()
        for _ in range(timers):
            async with database.transaction():
                await _act(database, producer, now)
        return timers / (perf_counter() - begun)


async def _act(database: asyncpg.Connection, producer: AIOKafkaProducer, now: datetime) -> None:
    row = await database.fetchrow(TAKE, now)
    overdue = JGTReferralOverdue(referral=row["referral_id"], answer_due=row["answer_due"], noticed_on=day(now))
    event = an_event(overdue, source=f"{row['board_urn']}:systeem:by-hand", subject=row["subject"], time=now)
    topics = to_topic(row["municipality"]), STATUS
    sent = [await producer.send(topic, encode(event), key=event.subject.encode(), headers=HEADERS) for topic in topics]
    for acknowledged in sent:
        await acknowledged
    await database.execute(FIRED, now, row["subject"], row["kind"])
