"""Notify as a process of its own, which a test can kill."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from services.notify.settings import Settings

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def process(settings: Settings, log: Path) -> AsyncIterator[Process]:
    """`python -m services.notify` with these settings, ended at the end if it still runs."""
    told = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in settings if value is not None}
    environment = {**os.environ, **{f"PASSEND_{name.upper()}": str(value) for name, value in told.items()}}
    command = (sys.executable, "-m", "services.notify")
    with log.open("ab") as output:
        started = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
        await asyncio.wait_for(started.wait(), 30)
