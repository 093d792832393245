"""A service as it runs in production, in a process of its own: so that SIGKILL and SIGSTOP are real."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from deploy.embedded.parent import die_with_parent
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0
"""Seconds after which a fact that was waited for is taken as not coming."""


class ServiceProcess:
    """`python -m services.<name>` on a port that stays the same; what it prints is kept over all its lives."""

    def __init__(self, name: str, log: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.port = free_port()
        self._environment = {**environment, "PASSEND_PORT": str(self.port)}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=15, trust_env=False)

    def twin(self, replica: str) -> "ServiceProcess":
        """Another replica of the same service, with the same settings and a log of its own; not started."""
        twin = ServiceProcess(self.name, self._log.with_name(f"{self.name}-{replica}.log"), self._environment)
        twin.tell(replica=replica)
        return twin

    def tell(self, **settings: str) -> None:
        """Give it these settings from its next start on."""
        self._environment |= {f"PASSEND_{setting.upper()}": value for setting, value in settings.items()}

    def spawn(self) -> None:
        """Start the process; it may not be ready for long."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"services.{self.name}"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 -- one call to the kernel, which needs nothing of this process
            )

    async def start(self) -> None:
        """Start it and wait until it says that it works."""
        self.spawn()
        await self.ready()

    def kill(self) -> None:
        """End it at once: it finishes nothing."""
        self.signal(signal.SIGKILL)
        if self._process:
            self._process.wait(10)

    async def end(self) -> None:
        """Tell it to stop, as who deploys it does, and wait until it has."""
        self.signal(signal.SIGTERM)
        if self._process:
            await asyncio.to_thread(self._process.wait, PATIENCE)

    def stop(self) -> None:
        """Let it stand still, connections open: it learns nothing any more."""
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again, not knowing that it stood still."""
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)

    async def ready(self) -> None:
        """Wait until every part of it works."""
        await self._until(lambda reasons: reasons == {})

    async def answers(self) -> None:
        """Wait until it says anything about itself."""
        await self._until(lambda reasons: reasons is not None)

    async def broken(self, *parts: str) -> None:
        """Wait until it says why these parts, at least, do not work."""
        await self._until(lambda reasons: reasons is not None and all(reasons.get(part, "starting") != "starting" for part in parts))

    async def until_said(self, part: str, why: str) -> None:
        """Wait until it says that this part does not work for this reason."""
        await self._until(lambda reasons: reasons is not None and reasons.get(part) == why)

    async def reasons(self) -> dict[str, str] | None:
        """What does not work and why, as `/health/ready` says; None without an answer."""
        try:
            answer = await self.http.get("/health/ready")
        except httpx.TransportError:
            return None
        reasons: dict[str, str] = answer.json()["reasons"]
        assert answer.status_code == (503 if reasons else 200)
        return reasons

    async def _until(self, fact: Callable[[dict[str, str] | None], bool]) -> None:
        reasons: dict[str, str] | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                while not fact(reasons := await self.reasons()):
                    assert self._process, "it was not started"
                    assert self._process.poll() is None, f"{self.name} ended: {self.said[-2000:]}"
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise TimeoutError(f"{self.name} said last: {reasons}") from None

    async def metrics(self) -> str:
        """Its metrics as text."""
        return (await self.http.get("/metrics")).text

    async def consumed(self, consumer: str) -> int:
        """How many records that consumer of this process has read since the process began."""
        return await self._counted("events_consumed_total", f'consumer="{consumer}"')

    async def effects(self) -> int:
        """How many events this process let take effect since it began."""
        return await self._counted("events_effect_total", "")

    async def _counted(self, counter: str, label: str) -> int:
        found = re.findall(rf"^{counter}{{(.*)}} (\S+)$", await self.metrics(), re.MULTILINE)
        return sum(int(float(value)) for labels, value in found if label in labels)

    async def until_printed(self, text: str, times: int = 1) -> None:
        """Wait until it has printed this so often, in all its lives."""
        async with asyncio.timeout(PATIENCE):
            while self.said.count(text) < times:  # noqa: ASYNC110 -- a file wakes nobody
                await asyncio.sleep(0.05)

    @property
    def replica(self) -> str:
        """Its name among several."""
        return self._environment.get("PASSEND_REPLICA", "0")

    @property
    def said(self) -> str:
        """What it printed, in all its lives."""
        return self._log.read_text(encoding="utf-8")


@asynccontextmanager
async def process_of(
    name: str, pair: Pair, directory: Path, *, issuer: str = "http://127.0.0.1:1", **settings: str
) -> AsyncIterator[ServiceProcess]:
    """A service that is not started yet, with its tables; nothing is left of it afterwards."""
    pair.prepare(name)
    environment = os.environ | {
        "PASSEND_DATABASE_URL": pair.database_url(name),
        "PASSEND_KAFKA": pair.kafka,
        "PASSEND_KAFKA_EMBEDDED": str(pair.embedded),
        "PASSEND_REGION": str(REGION),
        "PASSEND_JWKS_URL": f"{issuer}/jwks.json",
        "PASSEND_ISSUER": issuer,
    }
    service = ServiceProcess(name, directory / f"{name}-0.log", environment)
    service.tell(**settings)
    async with kept(service):
        yield service


@asynccontextmanager
async def kept(service: ServiceProcess) -> AsyncIterator[ServiceProcess]:
    """See to it that nothing is left of a service afterwards."""
    async with service.http:
        try:
            yield service
        finally:
            service.kill()
