"""The pair that `make up` starts, without Docker: librdkafka's in-process cluster and PostgreSQL from a wheel, each a process."""

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from deploy.embedded import database
from tests.pairs.databases import Databases
from tests.pairs.kafka import wait_for_kafka
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

ROOT = Path(__file__).parents[2]


class EmbeddedPair(Pair):
    """One PostgreSQL for the session, and for each test a broker of its own, started while the test before it ran."""

    kind = "embedded"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._postgres = Process("deploy.embedded.database", directory / "database.log", "--dir", str(directory))
        self._postgres.start()
        self._broker = self._spare = self._new_broker()
        owner = database.OWNER
        self.databases = Databases(self._postgres.port, owner, database.password(directory, owner))

    @asynccontextmanager
    async def for_one_test(self) -> AsyncIterator[Pair]:
        self._broker = self._spare
        self.kafka = f"127.0.0.1:{self._broker.port}"
        await asyncio.gather(self.start_broker(), self.start_database())
        self._spare = self._new_broker()
        try:
            yield self
        finally:
            self._broker.kill()
            await self.start_database()
            await self.databases.drop()

    def _new_broker(self) -> "Process":
        broker = Process("deploy.embedded.broker", self._directory / "broker.log", "--region", str(REGION))
        broker.start()
        return broker

    async def kill_broker(self) -> None:
        self._broker.kill()

    async def start_broker(self) -> None:
        self._broker.start()
        await self._broker.up(wait_for_kafka(self.kafka))

    async def pause_broker(self) -> None:
        self._broker.signal(signal.SIGSTOP)

    async def resume_broker(self) -> None:
        self._broker.signal(signal.SIGCONT)

    async def kill_database(self) -> None:
        self._postgres.kill()

    async def start_database(self) -> None:
        self._postgres.start()
        await self._postgres.up(self.databases.wait_until_up())

    def stop(self) -> None:
        """End all at once: nothing of them is kept."""
        for process in (self._spare, self._broker, self._postgres):
            process.kill()


class Process:
    """A part of `deploy.embedded` as a child of the tests.

    Its port stays the same. It ends when the thread that started it does, so only the main thread may: no `to_thread` around `start`.
    """

    def __init__(self, module: str, log: Path, *arguments: str) -> None:
        self.port = free_port()
        self._command = [sys.executable, "-m", module, *arguments, "--port", str(self.port)]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        if not self.running:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=log, stderr=log)

    async def up(self, answers: Awaitable[None]) -> None:
        """Return when it answers; raises with what it printed when it ends instead."""
        waiting = asyncio.ensure_future(answers)
        try:
            while not (await asyncio.wait({waiting}, timeout=0.2))[0]:
                if not self.running:
                    raise RuntimeError(f"{self._command[2]} ended: {self._log.read_text()[-2000:]}")
            await waiting
        finally:
            waiting.cancel()

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(timeout=30)


@contextmanager
def embedded_pair() -> Iterator[EmbeddedPair]:
    """The embedded pair with a data directory that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="passend-", ignore_cleanup_errors=True) as directory:
        pair = EmbeddedPair(Path(directory))
        try:
            yield pair
        finally:
            pair.stop()
