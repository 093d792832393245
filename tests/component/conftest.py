"""One service at a time, on a real broker and database."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from services.chassis.settings import Settings
from services.intake import app as intake_app
from services.jgt_bridge import app as jgt_bridge_app
from services.notify import app as notify_app
from services.notify.settings import Settings as NotifySettings
from services.placement import app as placement_app
from tests.builders.keys import settings_of_keys
from tests.component.console.browser import CHROMIUM, Page, chromium, fresh_page
from tests.component.issuer import Issuer, bearer
from tests.component.mail_server import MailServer
from tests.pairs.pair import Pair
from tests.pairs.topics import REGION
from tests.running import RunningService, running

ISSUER = "http://127.0.0.1:1"
Tokens = Callable[..., dict[str, str]]


def told_to(pair: Pair, service: str, **others: Any) -> dict[str, Any]:
    """What a service is told on that pair, where it finds its tables."""
    pair.prepare(service)
    return {
        "port": 1,
        "database_url": pair.database_url(service),
        "kafka": pair.kafka,
        "kafka_embedded": pair.embedded,
        "region": REGION,
        "jwks_url": f"{ISSUER}/jwks.json",
        "issuer": ISSUER,
        **others,
    }


def settings_of(pair: Pair, service: str, **others: Any) -> Settings:
    return Settings(**told_to(pair, service, **others))


def notify_settings(pair: Pair, mail: MailServer, **others: Any) -> NotifySettings:
    leads_to = {"links_at": "http://notify.example", "console_at": "http://console.example"}
    return NotifySettings(**told_to(pair, notify_app.NAME, **{**mail.settings, **leads_to, **others}))


def run(pair: Pair, name: str, build: Callable[[Settings], FastAPI], **others: Any) -> AbstractAsyncContextManager[RunningService]:
    return running(name, build, settings_of(pair, name, **others))


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    await issuer.start()
    yield issuer
    await issuer.stop()


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    """`tokens("bg41234")` gives the headers of a call by that board, `tokens("console", "operator")` those of an operator's."""
    return lambda party, scope="events cases": bearer(issuer.token(party, scope=scope))


@pytest.fixture
async def intake(pair: Pair, issuer: Issuer, tmp_path: Path) -> AsyncIterator[RunningService]:
    async with run(pair, intake_app.NAME, intake_app.build, **issuer.settings, **settings_of_keys(tmp_path, intake_app.NAME)) as service:
        yield service


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[MailServer]:
    server = MailServer(tmp_path / "mail")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def notify(pair: Pair, issuer: Issuer, mail: MailServer, tmp_path: Path) -> AsyncIterator[RunningService]:
    settings = notify_settings(pair, mail, **issuer.settings, **settings_of_keys(tmp_path, notify_app.NAME))
    async with running(notify_app.NAME, notify_app.build, settings) as service:
        yield service


@pytest.fixture
async def placement(pair: Pair, issuer: Issuer) -> AsyncIterator[RunningService]:
    async with run(pair, placement_app.NAME, placement_app.build, **issuer.settings) as service:
        yield service


@pytest.fixture
async def jgt_bridge(pair: Pair, issuer: Issuer, tmp_path: Path) -> AsyncIterator[RunningService]:
    async with run(
        pair, jgt_bridge_app.NAME, jgt_bridge_app.build, **issuer.settings, **settings_of_keys(tmp_path, jgt_bridge_app.NAME)
    ) as service:
        yield service


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real browser, started for the first test that looks at a page."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: what people see is not looked at")
    with chromium(tmp_path_factory.mktemp("chromium") / "profile") as address:
        yield address


@pytest.fixture
async def page(browser: str) -> AsyncIterator[Page]:
    """An empty page, as in a browser that nobody used before."""
    async with fresh_page(browser) as page:
        yield page
