import asyncio
import json
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.console import app as console_app
from tests.component.conftest import run, settings_of
from tests.component.console.browser import Page
from tests.component.issuer import Issuer
from tests.pairs.embedded import ROOT
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.running import PATIENCE, RunningService, Topics

WITHIN = 60.0
Rows = Callable[..., Awaitable[list[asyncpg.Record]]]


@dataclass
class Site:
    """A console that answers on a port, as in production; `topics` puts on Kafka what it is to read."""

    url: str
    topics: Topics
    issuer: Issuer

    async def sign_in(self, page: Page, party: str, scope: str = "events cases") -> None:
        """Come in by the door, as somebody of that party."""
        await page.open(f"{self.url}/aanmelden")
        await page.until("document.querySelector('input[name=token]')")
        token = json.dumps(self.issuer.token(party, scope=scope))
        await page.value(f"document.querySelector('input[name=token]').value = {token}")
        await page.value("document.querySelector('form.token').submit()")
        await page.until("document.querySelector('header .who')")
        await page.open("about:blank")
        await page.until("location.href === 'about:blank'")
        page.asked.clear()


async def answers(client: httpx.AsyncClient, url: str, process: Process) -> None:
    async with asyncio.timeout(WITHIN):
        while process.returncode is None:
            try:
                if (await client.get(url)).is_success:
                    return
            except httpx.TransportError:
                pass  # nobody listens there yet
            await asyncio.sleep(0.05)
    raise RuntimeError("the console ended before it was ready")


@pytest.fixture
async def console(pair: Pair, issuer: Issuer) -> AsyncIterator[RunningService]:
    async with run(pair, console_app.NAME, console_app.build, **issuer.settings) as service:
        yield service


@pytest.fixture
async def rows(pair: Pair) -> AsyncIterator[Rows]:
    """What a statement gives on the console's database, once it gives at least so many rows."""
    connection = await asyncpg.connect(pair.database_url(console_app.NAME).replace("+asyncpg", ""))

    async def once(statement: str, *, at_least: int = 0) -> list[Any]:
        async with asyncio.timeout(PATIENCE):
            while len(found := await connection.fetch(statement)) < at_least:  # noqa: ASYNC110 -- a row wakes nobody
                await asyncio.sleep(0.05)
        return list(found)

    yield once
    await connection.close()


@asynccontextmanager
async def serving(pair: Pair, log: Path, **told: Any) -> AsyncIterator[str]:
    """The address of a console in a process of its own, with what it is told beside where its database and broker are."""
    port = free_port()
    settings = {**dict(settings_of(pair, console_app.NAME, port=port)), **told}
    environment = {**os.environ, **{f"PASSEND_{name.upper()}": str(value) for name, value in settings.items() if value is not None}}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.console", cwd=ROOT, env=environment, stdout=output)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            await answers(client, "/health/ready", process)
            yield str(client.base_url)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), WITHIN)


@pytest.fixture
async def site(pair: Pair, issuer: Issuer, tmp_path: Path) -> AsyncIterator[Site]:
    topics = Topics(pair.kafka)
    async with serving(pair, tmp_path / "console.log", **issuer.settings) as url:
        try:
            await topics.start()
            yield Site(url, topics, issuer)
        finally:
            await topics.stop()
