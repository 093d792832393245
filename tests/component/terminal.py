"""`passend` in a process of its own, against a service that answers on a port here."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from deploy.embedded.processes import Ports
from tests.component.issuer import Issuer
from tests.pairs.ports import free_port
from tests.running import RunningService

PASSEND = Path(sys.executable).with_name("passend")
Passend = Callable[..., Awaitable[tuple[int | None, str]]]


@asynccontextmanager
async def answering(app: FastAPI, port: int) -> AsyncIterator[str]:
    """Lets it answer on that port, and gives the address."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- it tells nobody
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@asynccontextmanager
async def passend_against(service: RunningService, issuer: Issuer) -> AsyncIterator[Passend]:
    """Runs the command as an operator against this service; gives its exit code and what it printed."""
    port = free_port()
    base_port = str(port - Ports(0).of(service.name))
    environment = {**os.environ, "PASSEND_TOKEN": issuer.token("console", scope="operator")}

    async def run(*words: str) -> tuple[int | None, str]:
        command = (*words, "--base-port", base_port)
        process = await asyncio.create_subprocess_exec(PASSEND, *command, env=environment, stdout=PIPE, stderr=STDOUT)
        printed, _ = await process.communicate()
        return process.returncode, printed.decode()

    async with answering(service.app, port):
        yield run
