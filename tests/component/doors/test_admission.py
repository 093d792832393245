"""What comes to a door at the same time is kept by one transaction, and nobody notices but by the speed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from passend_contracts.envelope import Envelope
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database, region
from services.chassis.admission import EVENTS, Admission
from services.chassis.clock import clock
from services.chassis.doors import Receipt
from services.intake.app import NAME
from tests.builders.events import BOARD, OTHER_BOARD, OTHER_SCHOOL_SYSTEM, a_support_requested
from tests.component.conftest import settings_of
from tests.pairs.pair import Pair
from tests.pairs.topics import REGION

BOARDS = {party.id: party for party in region.load(REGION).of_kind("board")}
MANY = 20
KEPT = text("SELECT count(*), count(DISTINCT xmin::text) FROM arrival")


@pytest.fixture
async def engine(pair: Pair) -> AsyncIterator[AsyncEngine]:
    """The database of intake, with nobody at work on it."""
    settings = settings_of(pair, NAME)
    engine = database.connect(str(settings.database_url))
    yield engine
    await engine.dispose()


@pytest.fixture
def admission(engine: AsyncEngine) -> Admission:
    return Admission(engine, clock(None))


async def kept(engine: AsyncEngine) -> tuple[int, int]:
    """How many arrivals there are, and how many transactions wrote them."""
    async with engine.connect() as connection:
        rows, transactions = (await connection.execute(KEPT)).one()
    return rows, transactions


async def test_requests_that_come_together_share_a_transaction_and_each_has_its_own_receipt(
    admission: Admission, engine: AsyncEngine
) -> None:
    events = [a_support_requested() for _ in range(MANY)]
    answers = await asyncio.gather(*(admission.take_in([event], BOARDS[BOARD]) for event in events))
    assert [receipt.event for [receipt] in answers if isinstance(receipt, Receipt)] == [event.id for event in events]
    assert await kept(engine) == (MANY, 1)


async def test_a_large_batch_shares_its_transaction_with_nobody(admission: Admission, engine: AsyncEngine) -> None:
    single, batch = [a_support_requested()], [a_support_requested() for _ in range(EVENTS)]
    await asyncio.gather(*(admission.take_in(events, BOARDS[BOARD]) for events in (single, batch, single)))
    assert await kept(engine) == (EVENTS + 1, 2)


async def test_each_board_s_events_are_kept_as_its_own(admission: Admission, engine: AsyncEngine) -> None:
    mine, theirs = a_support_requested(), a_support_requested(source=OTHER_SCHOOL_SYSTEM)
    await asyncio.gather(admission.take_in([mine], BOARDS[BOARD]), admission.take_in([theirs], BOARDS[OTHER_BOARD]))
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT id, party FROM arrival"))
    assert {(row.id, row.party) for row in rows} == {(mine.id, BOARD), (theirs.id, OTHER_BOARD)}


async def test_the_same_event_sent_twice_at_once_has_one_receipt(admission: Admission, engine: AsyncEngine) -> None:
    event = a_support_requested()
    [[first], [second]] = await asyncio.gather(*(admission.take_in([event], BOARDS[BOARD]) for _ in range(2)))
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert first.receipt == second.receipt
    assert await kept(engine) == (1, 1)


async def test_what_the_database_refuses_is_refused_to_its_sender_alone(admission: Admission, engine: AsyncEngine) -> None:
    good = [a_support_requested() for _ in range(MANY)]
    refused: Envelope = replace(a_support_requested(), subject="no text\0")
    *answers, fault = await asyncio.gather(
        *(admission.take_in([event], BOARDS[BOARD]) for event in [*good, refused]), return_exceptions=True
    )
    assert isinstance(fault, DBAPIError)
    assert all(isinstance(answer, list) for answer in answers)
    assert (await kept(engine))[0] == MANY


async def test_a_caller_who_goes_away_takes_nobody_s_answer_along(admission: Admission, engine: AsyncEngine) -> None:
    leaving = asyncio.create_task(admission.take_in([a_support_requested()], BOARDS[BOARD]))
    staying = asyncio.create_task(admission.take_in([a_support_requested()], BOARDS[BOARD]))
    await asyncio.sleep(0)  # both are on their way now
    leaving.cancel()
    async with asyncio.timeout(10):
        [answer] = await staying
    assert isinstance(answer, Receipt)
    assert (await kept(engine))[0] == 2
