"""A database and a login for each service of each test, as in production: no service can read another's tables."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from services.chassis import database, partitions

Result = TypeVar("Result")

AS_MADE = """
    WITH made AS (
        SELECT concat('relation', oid, relname, relacl) AS part FROM pg_class
        UNION ALL SELECT concat('column', attrelid, attname, atttypid, attnotnull, atthasdef) FROM pg_attribute
        UNION ALL SELECT concat('constraint', oid, conname, convalidated) FROM pg_constraint
        UNION ALL SELECT concat('trigger', oid, tgname, tgenabled) FROM pg_trigger
        UNION ALL SELECT concat('function', oid, prosrc) FROM pg_proc
    )
    SELECT md5(string_agg(part, ',' ORDER BY part)), (SELECT array_agg(version_num) FROM alembic_version),
           (SELECT dattablespace FROM pg_database WHERE datname = current_database()), pg_database_size(current_database()) < 20000000
    FROM made
"""
"""What is the same in a database and in every copy of it, as long as nobody changes more than rows, or fills it with very many."""
EMPTIED = """
    DO $$ DECLARE name text; BEGIN
        SET LOCAL session_replication_role = replica;
        SET LOCAL lock_timeout = '5s';
        FOR name IN SELECT oid::regclass FROM pg_class
                    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
        LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
        PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
        PERFORM pg_stat_reset();
    END $$
"""
SMALL_DISK = "/small"
"""Where the Docker pair's PostgreSQL has a disk of 64 MB, in memory."""


@dataclass
class Template:
    """What databases of a test begin as; `free` are those that earlier tests are done with."""

    name: str
    structure: tuple[Any, ...]
    free: list[str] = field(default_factory=list)


class Databases:
    """The databases of one PostgreSQL server. Names are the harness's own; they come from no test input."""

    reuse = True
    """Whether a test may get what another one is done with; whoever measures wants each one new."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self.port = port
        self._admin = {"host": "127.0.0.1", "port": port, "user": user, "password": password, "timeout": 5}
        self._logins: set[str] = set()
        self._templates: dict[tuple[str, Path], Template] = {}
        self._begins_as: dict[str, Template] = {}
        self._current: dict[str, str] = {}
        self._numbers = count(1)

    def url(self, service: str) -> str:
        """The service's database in this test; the first call makes it."""
        if service not in self._current:
            name = f"{service}_{next(self._numbers)}"
            _in_a_thread(self._begin(service, name))
            self._current[service] = name
        return self._url(service, self._current[service])

    def prepare(self, service: str, migrations: Path) -> None:
        """Let the service's database begin with these tables, empty: said before its address is asked for, and the first word counts."""
        if service in self._begins_as:
            return
        if (service, migrations) not in self._templates:
            self._templates[service, migrations] = _in_a_thread(self._template(service, migrations))
        self._begins_as[service] = self._templates[service, migrations]

    async def _template(self, service: str, migrations: Path) -> Template:
        name = f"{service}_template_{next(self._numbers)}"
        await self._create(service, name, "template1")
        await make_tables(self._url(service, name), migrations)
        return Template(name, await self._structure(name))

    async def _begin(self, service: str, name: str) -> None:
        """One that an earlier test is done with, which costs a tenth of a copy of the template."""
        template = self._begins_as.get(service)
        if template and template.free:
            await self.execute(f"ALTER DATABASE {template.free.pop()} RENAME TO {name}")
        else:
            await self._create(service, name, template.name if template else "template1")

    async def keep(self, service: str) -> None:
        """Keep this service's database as it is now, as a backup does; the service does not run."""
        await self._copy(self._current[service], f"{self._current[service]}_kept", service)

    async def restore(self, service: str) -> None:
        """Put back what was kept: whatever was committed since is gone. The service does not run."""
        name = self._current[service]
        await self.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await self._copy(f"{name}_kept", name, service)

    async def _copy(self, name: str, copy: str, service: str) -> None:
        await self.execute(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            f"CREATE DATABASE {copy} OWNER {service} TEMPLATE {name}",
            f"REVOKE ALL ON DATABASE {copy} FROM PUBLIC",
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS true",
        )

    @asynccontextmanager
    async def read_only(self) -> AsyncIterator[None]:
        """Let no session of any service write, from its next transaction on."""
        await self.execute("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
        try:
            yield
        finally:
            await self.execute("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")

    @asynccontextmanager
    async def on_a_small_disk(self, service: str) -> AsyncIterator["SmallDisk"]:
        """This service's database on a disk of its own, which can be filled; the service does not run at the beginning."""
        await self.execute(
            _on_its_machine(f"mkdir -p {SMALL_DISK}/space"),
            f"CREATE TABLESPACE small LOCATION '{SMALL_DISK}/space'",
            f"ALTER DATABASE {self._current[service]} SET TABLESPACE small",
        )
        disk = SmallDisk(self)
        try:
            yield disk
        finally:
            await disk.free()

    async def drop(self) -> None:
        """Let nothing remain of what this test kept: databases of which it changed only rows are emptied, all others dropped."""
        current, self._current = self._current, {}
        begins_as, self._begins_as = self._begins_as, {}
        for service, name in current.items():
            template, free, left = begins_as.get(service), f"{name}_free", [name, f"{name}_kept"]
            if self.reuse and template and await self._emptied(name, free, template.structure):
                template.free.append(free)
            else:
                left.append(free)
            await self.execute(*(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)" for each in left))
        await self.execute("DROP TABLESPACE IF EXISTS small")

    async def _emptied(self, name: str, free: str, structure: tuple[Any, ...]) -> bool:
        """Whether it is as good as new now, under a name that nobody who had it knows; else it has the one name or the other."""
        try:
            await self.execute(
                f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'",
                f"ALTER DATABASE {name} RENAME TO {free}",
            )
            if await self._structure(free) != structure:
                return False
            await self.execute(EMPTIED, database=free)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # somebody came back, or a test has broken it
            return False
        return True

    async def _structure(self, name: str) -> tuple[Any, ...]:
        connection = await asyncpg.connect(**self._admin, database=name)
        try:
            return tuple(await connection.fetchrow(AS_MADE))
        finally:
            await connection.close(timeout=5)

    async def wait_until_up(self, seconds: float = 60) -> None:
        """Return when the server takes connections; raises `TimeoutError` when it does not in time."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    return await self.execute("SELECT 1")
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(0.05)

    async def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run these as the administrator, each in a transaction of its own."""
        connection = await asyncpg.connect(**self._admin, database=database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close(timeout=5)

    async def _create(self, service: str, name: str, template: str) -> None:
        if service not in self._logins:
            await self.execute(f"CREATE ROLE {service} LOGIN PASSWORD '{service}'")
            self._logins.add(service)
        await self.execute(f"CREATE DATABASE {name} OWNER {service} TEMPLATE {template}", f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")

    def _url(self, service: str, name: str) -> str:
        return f"postgresql+asyncpg://{service}:{service}@127.0.0.1:{self.port}/{name}"


class SmallDisk:
    """A disk that holds one database, and is full of something else when a test says so."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    async def fill(self) -> None:
        """Leave no room at all."""
        await self._databases.execute(_on_its_machine(f"dd if=/dev/zero of={SMALL_DISK}/fill bs=64k 2>/dev/null || true"))

    async def free(self) -> None:
        """Take that away again."""
        await self._databases.execute(_on_its_machine(f"rm -f {SMALL_DISK}/fill"))


async def make_tables(url: str, migrations: Path) -> None:
    """Give a database the newest version of these tables, and the months that a service makes when it starts."""
    engine = database.connect(url)
    await database.migrate(engine, migrations)
    await partitions.keep(engine, datetime.now(UTC))
    await engine.dispose()


def _on_its_machine(command: str) -> str:
    # PostgreSQL writes a line to the command and fails when nobody reads it.
    return f"COPY (SELECT) TO PROGRAM 'cat > /dev/null; {command}'"


def _in_a_thread(work: Coroutine[Any, Any, Result]) -> Result:
    # Fixtures without a loop and tests inside one both need an address at once: the work gets a loop of its own.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
