"""A database is brought to its newest version once, whoever starts at the same time; one that has it costs a question."""

import asyncio
import sys

from sqlalchemy import text

from services.chassis import database
from services.intake import app
from tests.pairs.embedded import ROOT
from tests.pairs.pair import SERVICES, Pair

MIGRATIONS = SERVICES / app.NAME / "migrations"
STARTED_AGAIN = f"""
import asyncio, sys
from pathlib import Path
from services.chassis import database

async def main(url):
    engine = database.connect(url)
    await database.migrate(engine, Path({str(MIGRATIONS)!r}))
    await engine.dispose()

asyncio.run(main(sys.stdin.read()))
print("alembic" in sys.modules)
"""


async def test_replicas_that_start_together_take_turns(pair: Pair) -> None:
    engine = database.connect(pair.database_url(app.NAME))
    await asyncio.gather(*(database.migrate(engine, MIGRATIONS) for _ in range(3)))
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().all() == [database.newest(MIGRATIONS)]
    await engine.dispose()


async def test_a_start_with_nothing_to_bring_up_does_not_even_load_what_would(pair: Pair) -> None:
    pair.prepare(app.NAME)
    command = (sys.executable, "-c", STARTED_AGAIN)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate(pair.database_url(app.NAME).encode())
    assert (process.returncode, printed) == (0, b"False\n")
