"""The one PostgreSQL database of a service: connections that cannot hang a transaction, and its migrations."""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError, TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

TRANSIENT = (DBAPIError, PoolTimeout, OSError)
"""What a broken database looks like; failed reconnects of asyncpg come unwrapped. Kafka's time-outs are OSErrors too: catch those first."""

NO_MACHINE = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError)
"""OSErrors that come from a mistake in the code: to try them again would hold a lane up for ever."""

SERVER_FAULTS = ("08", "40", "53", "55", "57", "58", "25006", "25P03", "25P04")
"""SQLSTATEs, and classes of them, of the machine; the rest of class 25 is code that went on in a transaction that had failed."""

PART = "database"
"""The part of a service's health that works once the database answered and was brought to the newest version."""

IDLE_IN_TRANSACTION = "10s"
"""A process that stops inside a transaction frees its locks after this (T21: else its partitions' new owner hangs for ever)."""


def is_transient(error: BaseException) -> bool:
    """Whether trying again can help: the machine is broken, not the input and not the code."""
    if isinstance(error, DBAPIError):
        if isinstance(error.orig and error.orig.__cause__, ValueError):
            return False  # asyncpg could not even write it down for the server
        return not isinstance(error, IntegrityError) and (error.connection_invalidated or _is_server_fault(error))
    return isinstance(error, TRANSIENT) and not isinstance(error, NO_MACHINE)


def _is_server_fault(error: DBAPIError) -> bool:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return state == "" or state.startswith(SERVER_FAULTS)


def connect(url: str, *, pool: int = 5, command_timeout: float | None = 60) -> AsyncEngine:
    """An engine whose sessions give up idle transactions, and statements after so many seconds; opens no connection yet."""
    return create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        connect_args={
            "timeout": 5,
            "command_timeout": command_timeout,
            "server_settings": {"idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION, "timezone": "UTC", "jit": "off"},
        },
    )


async def migrate(engine: AsyncEngine, migrations: Path) -> None:
    """Bring the database to the newest version of a service's own history; replicas that start together take turns."""
    if await _version(engine) == newest(migrations):
        return
    patient = connect(engine.url.render_as_string(hide_password=False), pool=1, command_timeout=None)  # what is there may be large
    try:
        async with patient.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(2801)"))
            await connection.run_sync(_upgrade, migrations)
    finally:
        await patient.dispose()


async def _version(engine: AsyncEngine) -> str | None:
    """The version that the database has; None before its first."""
    async with engine.connect() as connection:
        try:
            return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except ProgrammingError:
            return None


def newest(migrations: Path) -> str:
    """The version that a service's code needs: the number with which the name of the last file begins."""
    return max(file.name.partition("_")[0] for file in (migrations / "versions").glob("*.py"))


def _upgrade(connection: Connection, migrations: Path) -> None:
    from alembic import command  # noqa: PLC0415 -- a tenth of what a start costs, and most starts have nothing to bring up
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
