"""Services as processes on a pair of the tests: what an event goes through, where `make up` is of no use."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from passend_contracts.catalogue import SERVICES, Service

from deploy.embedded.child import Child, answers, module
from deploy.embedded.supervisor import Supervisor
from tests.benchmarks.referral import Addresses
from tests.builders.keys import KEYS, settings_of_keys
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

WITHIN = 60.0
NO_MAIL = {
    "PASSEND_SMTP_HOST": "127.0.0.1",
    "PASSEND_SMTP_PORT": "1",
    "PASSEND_MAIL_FROM": "nobody@passend.example",
    "PASSEND_LINKS_AT": "http://127.0.0.1:1",
    "PASSEND_CONSOLE_AT": "http://127.0.0.1:1",
}
"""Nothing answers there: a mail server is none of what is measured."""


@asynccontextmanager
async def chain(pair: Pair, *services: Service, **settings: str) -> AsyncIterator[Addresses]:
    """These services and an issuer, started and ready, ended in order; `settings` are told to each service."""
    ports = {name: free_port() for name in ("issuer", *SERVICES)}
    with TemporaryDirectory(prefix="passend-") as directory:
        told = {name: {**settings, **_keys(Path(directory), name)} for name in services}
        stages = _issuer(Path(directory), ports), [_service(pair, name, ports, told[name]) for name in services]
        supervisor = Supervisor(stages, Path(directory), say=lambda _: None)
        stop, ready = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(supervisor.run(stop, ready.set))
        try:
            await asyncio.wait_for(ready.wait(), WITHIN)
            yield Addresses(_url(ports["intake"]), _url(ports["issuer"]), pair.kafka)
        finally:
            stop.set()
            await running


def _keys(directory: Path, service: str) -> dict[str, str]:
    """What it is told of keys: those that a school seals to, where it has one."""
    return {name: str(value) for name, value in settings_of_keys(directory, service).items()} if service in KEYS else {}


def _issuer(directory: Path, ports: dict[str, int]) -> Sequence[Child]:
    command = module("deploy.embedded.issuer", "--dir", str(directory), "--region", str(REGION), "--port", str(ports["issuer"]))
    return [Child("issuer", command, ready=answers(f"{_url(ports['issuer'])}/jwks.json"))]


def _service(pair: Pair, name: Service, ports: dict[str, int], settings: dict[str, str]) -> Child:
    environment = {
        "PASSEND_PORT": str(ports[name]),
        "PASSEND_DATABASE_URL": pair.database_url(name),
        "PASSEND_KAFKA": pair.kafka,
        "PASSEND_KAFKA_EMBEDDED": str(pair.embedded),
        "PASSEND_REGION": str(REGION),
        "PASSEND_JWKS_URL": f"{_url(ports['issuer'])}/jwks.json",
        "PASSEND_ISSUER": _url(ports["issuer"]),
        **NO_MAIL,
        **{f"PASSEND_{setting.upper()}": value for setting, value in settings.items()},
    }
    return Child(name, module(f"services.{name}"), ready=answers(f"{_url(ports[name])}/health/ready"), environment=environment)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
