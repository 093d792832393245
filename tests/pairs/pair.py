"""What a test may ask of the broker and the database that it runs on, whichever pair they are."""

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal

from tests.pairs.databases import Databases

SERVICES = Path(__file__).parents[2] / "services"
Kind = Literal["docker", "embedded"]


class Pair(ABC):
    """A broker and a PostgreSQL server that live as long as the test session.

    Each test sees them as new: no record, no consumer group and no database of another test. What it starts must be stopped before
    it ends. Addresses stay the same over a kill and a start.
    """

    kind: Kind
    kafka: str
    databases: Databases

    @property
    def embedded(self) -> bool:
        """Whether the broker is the in-process cluster of librdkafka: memory only, no groups."""
        return self.kind == "embedded"

    def database_url(self, service: str) -> str:
        """The address of this service's own database with its own login, made on first use in a test; blocks for some 50 ms then."""
        return self.databases.url(service)

    def prepare(self, service: str, migrations: Path | None = None) -> None:
        """Let the service's database begin with its tables, or those of other migrations, empty: said before its address is asked for."""
        self.databases.prepare(service, migrations or SERVICES / service / "migrations")

    @abstractmethod
    def for_one_test(self) -> AbstractAsyncContextManager["Pair"]:
        """Empty now; nothing of the test left afterwards."""

    @abstractmethod
    async def kill_broker(self) -> None:
        """End the broker at once, as SIGKILL does. The Docker pair keeps its log on disk; the embedded log is gone."""

    @abstractmethod
    async def start_broker(self) -> None:
        """Start a killed broker again on the same address; returns when it answers."""

    @abstractmethod
    async def pause_broker(self) -> None:
        """Stop the broker from doing anything, connections open: what a hung machine looks like."""

    @abstractmethod
    async def resume_broker(self) -> None:
        """Let a paused broker go on."""

    @abstractmethod
    async def kill_database(self) -> None:
        """End PostgreSQL at once; what was committed is on disk."""

    @abstractmethod
    async def start_database(self) -> None:
        """Start a killed PostgreSQL again on the same address; returns when it answers."""

    async def restart_database(self) -> None:
        """Kill PostgreSQL and start it again: every connection breaks, no commit is lost."""
        await self.kill_database()
        await self.start_database()
