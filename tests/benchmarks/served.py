"""One service, or what stands in for one, as a process of its own on a pair of the tests; nobody it calls besides is there."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import psutil

from deploy.embedded.child import module
from deploy.embedded.parent import die_with_parent
from tests.benchmarks.chain import NO_MAIL
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

WITHIN = 60.0


@asynccontextmanager
async def served(pair: Pair, name: str, program: str, *, quiet: bool = False) -> AsyncIterator[tuple[psutil.Process, str]]:
    """The process and its address, once it is ready; `name` is whose database it gets. A `quiet` one's log is not kept."""
    port = free_port()
    told = {
        "PASSEND_PORT": str(port),
        "PASSEND_DATABASE_URL": pair.database_url(name),
        "PASSEND_KAFKA": pair.kafka,
        "PASSEND_KAFKA_EMBEDDED": str(pair.embedded),
        "PASSEND_REGION": str(REGION),
        "PASSEND_JWKS_URL": "http://127.0.0.1:1/jwks.json",
        "PASSEND_ISSUER": "http://127.0.0.1:1",
        **NO_MAIL,
    }
    process = await asyncio.create_subprocess_exec(
        *module(program),
        env=told,
        stdout=asyncio.subprocess.DEVNULL if quiet else sys.stdout,
        stderr=sys.stdout,  # what ends a process stands there
        preexec_fn=die_with_parent,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await _ready(url, process)
        yield psutil.Process(process.pid), url
    finally:
        await _ended(process)


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(WITHIN):
        while True:
            assert process.returncode is None, "it ended; why stands in the benchmark's log"
            try:
                if (await client.get(f"{url}/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass  # nobody listens there yet
            await asyncio.sleep(0.1)


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 15)
    except TimeoutError:
        process.kill()
        await process.wait()
