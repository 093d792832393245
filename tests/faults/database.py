"""A hand on a service's own database: exact moments, by making a statement wait, and what has been committed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.faults.service import PATIENCE

LOCK = 28
GATE = f"""
    CREATE OR REPLACE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NULL; END $$
"""
REFUSE = """
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by a test'; END $$
"""
WAITING = """
    SELECT count(*) >= $1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
"""


@dataclass(frozen=True)
class Database:
    """The database of the service under test, by its own login."""

    url: str

    def gate_before(self, statement: str) -> AbstractAsyncContextManager["Gate"]:
        """Make every statement of that kind (such as `INSERT ON referral`) wait, from now until the gate is opened or left."""
        return self._gate(f"CREATE TRIGGER gate BEFORE {statement} FOR EACH STATEMENT EXECUTE FUNCTION wait_at_the_gate()")

    def gate_at_commit_of(self, change: str) -> AbstractAsyncContextManager["Gate"]:
        """Make the commit of every transaction with such a change (such as `INSERT ON referral`) wait in the same way."""
        deferred = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate()"
        return self._gate(f"CREATE CONSTRAINT TRIGGER gate AFTER {change} {deferred}")

    @asynccontextmanager
    async def _gate(self, trigger: str) -> AsyncIterator["Gate"]:
        async with self._connection() as connection:
            await connection.execute(f"SELECT pg_advisory_lock({LOCK}); {GATE}; {trigger}")
            yield Gate(self, connection)

    @asynccontextmanager
    async def refusing(self, change: str, *, when: str = "true") -> AsyncIterator[None]:
        """Refuse every row of such a change (`INSERT ON referral`), as where code builds what may not be, until this is left."""
        async with self._connection() as connection:
            await connection.execute(
                f"{REFUSE}; CREATE TRIGGER refusal BEFORE {change} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()"
            )
            yield
            await connection.execute(f"DROP TRIGGER refusal ON {change.split(' ON ')[1]}")

    @asynccontextmanager
    async def transaction(self, statement: str) -> AsyncIterator[None]:
        """Keep a transaction open that began with this statement."""
        async with self._connection() as connection, connection.transaction(isolation="repeatable_read"):
            await connection.execute(statement)
            yield

    @asynccontextmanager
    async def migration_held_up(self) -> AsyncIterator[None]:
        """Be the replica that migrates, and does not come to an end: whoever starts meanwhile has to wait for its tables."""
        async with self._connection() as connection:
            await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")  # before the very first start
            await connection.execute("SELECT pg_advisory_lock(2801)")
            yield

    async def until(self, query: str, *arguments: Any) -> None:
        """Return when the query says true; raises `TimeoutError` when it does not in time."""
        async with self._connection() as connection, asyncio.timeout(PATIENCE):
            while not await connection.fetchval(query, *arguments):  # noqa: ASYNC110 -- a row in a table wakes nobody
                await asyncio.sleep(0.01)

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """The rows that the query finds now."""
        async with self._connection() as connection:
            return list(await connection.fetch(query, *arguments))

    async def value(self, query: str, *arguments: Any) -> Any:
        """What the query says now."""
        async with self._connection() as connection:
            return await connection.fetchval(query, *arguments)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.url)
        try:
            yield connection
        finally:
            await connection.close()


@dataclass(frozen=True)
class Gate:
    """Holds a transaction just before one of its statements, in the database: the product has no switch for it and needs none."""

    database: Database
    connection: asyncpg.Connection

    async def reached(self, sessions: int = 1) -> None:
        """Wait until somebody stands before it, or so many."""
        await self.database.until(WAITING, sessions)

    async def open(self) -> None:
        """Let them go on."""
        await self.connection.execute(f"SELECT pg_advisory_unlock({LOCK})")
