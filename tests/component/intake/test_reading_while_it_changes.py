"""A case that is read at the very moment it changes: its board sees it as it was or as it is, never half of each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.builders.events import BOARD
from tests.component.conftest import Tokens
from tests.pairs.pair import Pair
from tests.running import PATIENCE, RunningService

CASE = str(uuid4())
WRITE = {
    "opened": [
        f"""INSERT INTO guarded_case (id, board, board_urn, school, municipality, age_band, opened_on, team_known,
                                      referral_wanted, may_refer, feedback)
            VALUES ('{CASE}', '{BOARD}', 'urn', '90AA00', 'gm0546', '6-7', '{date(2026, 11, 2)}', true, false, false, false)""",
        f"INSERT INTO obligation (case_id, kind, owner, due, ground) VALUES ('{CASE}', 'consult_parents', '{BOARD}', '2026-11-16', 'law')",
    ],
    "closed": [f"UPDATE guarded_case SET outcome = 'withdrawn' WHERE id = '{CASE}'", f"DELETE FROM obligation WHERE case_id = '{CASE}'"],
}
Reading = Callable[[str], Awaitable[httpx.Response]]


@pytest.fixture
async def reading(intake: RunningService, pair: Pair, tokens: Tokens) -> AsyncIterator[Reading]:
    """Reads the case while another writes the named change: that commits when the reader is half-way."""
    writer = await asyncpg.connect(pair.database_url("intake").replace("+asyncpg", ""))

    async def read(change: str) -> httpx.Response:
        async with writer.transaction():
            await writer.execute("LOCK TABLE guarded_case")
            for statement in WRITE[change]:
                await writer.execute(statement)
            reader = asyncio.create_task(intake.http.get(f"/v1/zaken/{CASE}", headers=tokens(BOARD)))
            async with asyncio.timeout(PATIENCE):
                while not await writer.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 -- wakes nobody
                    await asyncio.sleep(0.01)
        return await reader

    yield read
    await writer.close()


async def test_a_case_is_shown_as_it_was_at_one_moment(reading: Reading) -> None:
    assert (await reading("opened")).status_code == httpx.codes.NOT_FOUND
    shown = (await reading("closed")).json()
    assert (shown["state"], [each["kind"] for each in shown["obligations"]]) == ("open", ["consult_parents"])
