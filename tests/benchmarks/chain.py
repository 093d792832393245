"""Intake and jgt_bridge as processes on a pair of the tests: what a referral goes through, where `make up` is of no use."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.embedded.child import Child, answers, module
from deploy.embedded.supervisor import Supervisor
from tests.benchmarks.referral import Addresses
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

WITHIN = 60.0


@asynccontextmanager
async def chain(pair: Pair) -> AsyncIterator[Addresses]:
    """Started and ready; ended in order."""
    ports = {name: free_port() for name in ("issuer", "intake", "jgt_bridge")}
    with TemporaryDirectory(prefix="passend-") as directory:
        supervisor = Supervisor(_stages(pair, Path(directory), ports), Path(directory), say=lambda _: None)
        stop, ready = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(supervisor.run(stop, ready.set))
        try:
            await asyncio.wait_for(ready.wait(), WITHIN)
            yield Addresses(_url(ports["intake"]), _url(ports["issuer"]), pair.kafka)
        finally:
            stop.set()
            await running


def _stages(pair: Pair, directory: Path, ports: dict[str, int]) -> Sequence[Sequence[Child]]:
    issuer = module("deploy.embedded.issuer", "--dir", str(directory), "--region", str(REGION), "--port", str(ports["issuer"]))
    keys = f"{_url(ports['issuer'])}/jwks.json"
    services = [_service(pair, name, ports) for name in ("intake", "jgt_bridge")]
    return [Child("issuer", issuer, ready=answers(keys))], services


def _service(pair: Pair, name: str, ports: dict[str, int]) -> Child:
    environment = {
        "PASSEND_PORT": str(ports[name]),
        "PASSEND_DATABASE_URL": pair.database_url(name),
        "PASSEND_KAFKA": pair.kafka,
        "PASSEND_KAFKA_EMBEDDED": str(pair.embedded),
        "PASSEND_REGION": str(REGION),
        "PASSEND_JWKS_URL": f"{_url(ports['issuer'])}/jwks.json",
        "PASSEND_ISSUER": _url(ports["issuer"]),
    }
    return Child(name, module(f"services.{name}"), ready=answers(f"{_url(ports[name])}/health/ready"), environment=environment)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
