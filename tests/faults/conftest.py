"""Services in processes of their own for the fault tests, and the table of what came of them at the end of the run."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.builders.events import BOARD
from tests.faults.ledger import Row, table
from tests.faults.operator import Operator
from tests.faults.scene import Scene
from tests.faults.senders import Board, Intake
from tests.faults.service import PATIENCE, process_of
from tests.pairs.cluster import Cluster, cluster
from tests.pairs.embedded import Process
from tests.pairs.pair import Pair
from tests.pairs.topics import REGION

ROWS = pytest.StashKey[list[Row]]()
NOTES = pytest.StashKey[list[str]]()
QUICK = {"probe_seconds": "3"}
"""A blown fuse probes ten times as often here, so that a test need not wait."""
SEED = int(os.environ.get("SEED") or random.randrange(10**6))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS in terminalreporter.config.stash:
        terminalreporter.section(f"faults, seed {SEED}")
        rows = terminalreporter.config.stash[ROWS]
        for line in [*table(rows), *terminalreporter.config.stash.get(NOTES, [])]:
            terminalreporter.write_line(line)


@pytest.fixture
def rows(pytestconfig: pytest.Config) -> list[Row]:
    if ROWS not in pytestconfig.stash:
        pytestconfig.stash[ROWS] = []
    return pytestconfig.stash[ROWS]


@pytest.fixture
def notes(pytestconfig: pytest.Config) -> list[str]:
    """Lines that stand below the table."""
    return pytestconfig.stash.setdefault(NOTES, [])


class Issuer:
    """The demonstration issuer as a process, for tokens that a door takes."""

    def __init__(self, directory: Path) -> None:
        self._process = Process("deploy.embedded.issuer", directory / "issuer.log", "--dir", str(directory), "--region", str(REGION))
        self.url = f"http://127.0.0.1:{self._process.port}"

    def start(self) -> None:
        self._process.start()

    def stop(self) -> None:
        self._process.kill()

    async def token(self, party: str) -> str:
        """A token of that party, as soon as the issuer answers."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http, asyncio.timeout(PATIENCE):
            while True:
                try:
                    answer = await http.post("/token", data={"client_id": party, "client_secret": "demo"})
                    return str(answer.json()["access_token"])
                except httpx.TransportError:
                    await asyncio.sleep(0.1)


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    issuer = Issuer(tmp_path_factory.mktemp("issuer"))
    issuer.start()
    yield issuer
    issuer.stop()


@pytest.fixture(scope="session")
def open_clusters() -> Iterator[tuple[ExitStack, list[Cluster]]]:
    with ExitStack() as stack:
        yield stack, []


@pytest.fixture
async def three_brokers(pair: Pair, open_clusters: tuple[ExitStack, list[Cluster]]) -> AsyncIterator[Cluster]:
    """Three brokers beside the pair, started for the first test that asks for them."""
    stack, started = open_clusters
    if not started:
        started.append(stack.enter_context(cluster(pair)))
    async with started[0].for_one_test() as ready:
        yield ready


@pytest.fixture
async def on_three_brokers(three_brokers: Cluster, issuer: Issuer, rows: list[Row], tmp_path: Path) -> AsyncIterator[Scene]:
    """Intake on three brokers; a board's events come in at its door."""
    async with _intake(three_brokers, issuer, rows, tmp_path) as scene:
        yield scene


@pytest.fixture
async def jgt_bridge(pair: Pair, issuer: Issuer, rows: list[Row], tmp_path: Path) -> AsyncIterator[Scene]:
    """jgt_bridge; the school's facts come in over Kafka."""
    operator = await issuer.token("console")
    async with process_of("jgt_bridge", pair, tmp_path, issuer=issuer.url, **QUICK) as service, Intake.at(pair.kafka) as sender:
        yield Scene(pair, service, sender, SEED, rows, Operator(service.http, operator))


@pytest.fixture
async def intake(pair: Pair, issuer: Issuer, rows: list[Row], tmp_path: Path) -> AsyncIterator[Scene]:
    """Intake; a board's events come in at its door."""
    async with _intake(pair, issuer, rows, tmp_path) as scene:
        yield scene


@asynccontextmanager
async def _intake(pair: Pair, issuer: Issuer, rows: list[Row], directory: Path) -> AsyncIterator[Scene]:
    board, operator = await issuer.token(BOARD), await issuer.token("console")
    async with process_of("intake", pair, directory, issuer=issuer.url, **QUICK) as service:
        yield Scene(pair, service, Board(service.http, board), SEED, rows, Operator(service.http, operator))
