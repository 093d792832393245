"""What a number was measured on, without which it says nothing."""

import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import asyncpg
import psutil

from tests.benchmarks.load import plain
from tests.pairs.pair import Pair

ROOT = Path(__file__).parents[2]
PACKAGES = ("aiokafka", "asyncpg", "faststream", "pydantic", "sqlalchemy", "uvloop")


def described() -> dict[str, str]:
    """Processor, memory, and every version that matters to a hop."""
    memory = psutil.virtual_memory().total / 2**30
    python = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {
        "passend": _commit(),
        "machine": f"{_processor()}, {psutil.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release()}",
        "versions": f"Python {platform.python_version()}, {python}",
    }


async def servers(pair: Pair) -> str:
    """Broker and database of a pair."""
    return f"{await _postgres(pair)}, {_broker(pair)}"


def _commit() -> str:
    """Which state of this repository was measured."""
    if shutil.which("git") is None:
        return "unknown without git"
    said = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, check=False, capture_output=True, text=True)
    return said.stdout.strip() or "no clone"


def load() -> float:
    """How many processes want to run, over the last minute: others' work is in every number."""
    return psutil.getloadavg()[0]


def _broker(pair: Pair) -> str:
    if pair.embedded:
        return f"in-process cluster of confluent-kafka {version('confluent-kafka')}: memory only"
    from tests.pairs.docker import KAFKA

    return f"{KAFKA}, one node"


async def _postgres(pair: Pair) -> str:
    connection = await asyncpg.connect(plain(pair.database_url("bench")))
    try:
        number, fsync = await connection.fetchval("SHOW server_version"), await connection.fetchval("SHOW fsync")
    finally:
        await connection.close()
    return f"PostgreSQL {number} (fsync {fsync})"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
