"""The embedded database: a login per service, and nothing committed is lost to a kill."""

import asyncio
import signal
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded import database
from tests.component.embedded.parts import until
from tests.pairs.embedded import Process

SERVICES = ("intake", "jgt_bridge")


class Database(Process):
    """The embedded database in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "passend"
        super().__init__("deploy.embedded.database", directory / "database.log", "--dir", str(self.directory))

    async def answers(self) -> None:
        self.start()
        await self.up(self._provisioned())

    async def _provisioned(self) -> None:
        async with asyncio.timeout(30):
            while True:
                try:
                    return await database.provision(self.directory, self.port, SERVICES)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(0.05)

    def url(self, login: str, at: str) -> str:
        return database.url(self.directory, self.port, login).rpartition("/")[0] + f"/{at}"

    async def execute(self, statement: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url("intake", "intake"))
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    async def stop(self) -> None:
        self.signal(signal.SIGINT)
        await until(lambda: not self.running)


@pytest.fixture
def directory() -> Iterator[Path]:
    """Not `tmp_path`: under root the server runs as another user, and every start of pytest closes its directories to others."""
    with tempfile.TemporaryDirectory(prefix="passend-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@pytest.fixture
async def server(directory: Path) -> AsyncIterator[Database]:
    server = Database(directory)
    try:
        await server.answers()
        yield server
    finally:
        server.kill()


async def test_a_service_enters_its_own_database_only(server: Database) -> None:
    assert await server.execute("SELECT current_user::text, current_setting('TimeZone')") == [("intake", "UTC")]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(server.url("jgt_bridge", "intake"))
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url("intake", "intake").replace(":", ":x", 2).replace("x//", "//"))


async def test_passwords_are_made_once_and_read_by_their_owner_only(server: Database) -> None:
    kept = {path.name: path.read_text() for path in (server.directory / "secrets").iterdir()}
    assert kept.keys() == {"database-postgres", "database-intake", "database-jgt_bridge"}
    assert {stat.S_IMODE((server.directory / "secrets" / name).stat().st_mode) for name in kept} == {0o600}
    await server.stop()
    await server.answers()
    assert {name: (server.directory / "secrets" / name).read_text() for name in kept} == kept


async def test_what_was_committed_is_there_after_a_kill_and_a_new_start_at_once(server: Database) -> None:
    await server.execute("CREATE TABLE fact AS SELECT 1 AS n")
    server.kill()
    await server.answers()
    assert await server.execute("SELECT n FROM fact") == [(1,)]


async def test_a_process_that_got_the_old_server_s_number_does_not_stop_the_start(server: Database) -> None:
    await server.stop()
    (server.directory / "postgres" / "postmaster.pid").write_text("1\n")
    await server.answers()


async def test_a_directory_that_was_left_half_made_is_made_anew(directory: Path) -> None:
    server = Database(directory)
    (server.directory / "postgres.unfinished").mkdir(parents=True)
    (server.directory / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    try:
        await server.answers()
    finally:
        server.kill()
