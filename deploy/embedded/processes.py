"""Which processes make the platform on one machine, where each answers, and what each is told."""

import random
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.embedded import database, keys, mail_login
from deploy.embedded.child import Child, Log, answers, listens, module, says
from services.chassis.region import load

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
REGION = ROOT / "deploy" / "region" / "po2801.toml"
BASE_PORT = 8080
SERVICES = ("intake", "jgt_bridge", "placement", "notify", "console")
BROKER = "broker"
JAVA = "java"
"""The broker's port for clients written in Java."""
MAIL, SMTP = "mail", "smtp"
"""The page with what was mailed, and where it is handed in."""
BEGINS = "each in a life of its own"
"""What the invented region prints when it begins."""
READING = "reading_topic"
"""What a gemeente's system logs when it reads."""


@dataclass(frozen=True)
class Ports:
    """Every port of the platform, all shifted together by another base."""

    base: int = BASE_PORT

    @property
    def all(self) -> dict[str, int]:
        """Port by process."""
        services = {"console": 8080, "intake": 8081, "jgt_bridge": 8082, "notify": 8084, "placement": 8085}
        usual = {**services, MAIL: 8086, SMTP: 8087, "issuer": 8089, BROKER: 9092, JAVA: 9093, "database": 5433}
        return {name: port - BASE_PORT + self.base for name, port in usual.items()}

    def of(self, name: str) -> int:
        """The port of that process."""
        return self.all[name]

    def url(self, name: str) -> str:
        """Where that process answers HTTP."""
        return f"http://{HOST}:{self.of(name)}"

    @property
    def kafka(self) -> str:
        """Bootstrap address of the broker."""
        return f"{HOST}:{self.of(BROKER)}"


def free_base() -> int:
    """A base from which every port is free now; drawn, so that two who look at the same moment find two."""
    bases = random.sample(range(20_080, 30_000, 100), 99)
    return next(base for base in bases if all(_is_free(port) for port in Ports(base).all.values()))


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def stages(directory: Path, ports: Ports, *, simulated: bool = False, lively: bool = False) -> Sequence[Sequence[Child]]:
    """The children in the order in which they start.

    In simulated time all parties are the simulator's to play; `lively` lets a few invented children come by, all the time.
    """
    keys.make(directory, REGION)
    told = {name: simulation(name, directory) if simulated else {} for name in SERVICES}
    return (
        (_database(directory, ports), _broker(ports), _issuer(directory, ports), _mail(directory, ports)),
        [_service(name, directory, ports, told[name]) for name in SERVICES],
        [] if simulated else [_gemeenten(directory, ports)],
        [_region(directory, ports)] if lively else [],
    )


def _database(directory: Path, ports: Ports) -> Child:
    port = ports.of("database")

    async def provisioned(_: Log) -> bool:
        try:
            await database.provision(directory, port, SERVICES)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    return Child(
        "database",
        module("deploy.embedded.database", "--dir", str(directory), "--port", str(port)),
        ready=provisioned,
        address=f"PostgreSQL on {HOST}:{port}",
        stop_signal=signal.SIGINT,  # PostgreSQL's "fast": end the sessions, write a checkpoint
    )


def _broker(ports: Ports) -> Child:
    where = ("--port", str(ports.of(BROKER)), "--java-port", str(ports.of(JAVA)))
    address = f"Kafka protocol on {ports.kafka} (clients in Java: {HOST}:{ports.of(JAVA)}), in memory"
    return Child(
        BROKER, module("deploy.embedded.broker", *where, "--region", str(REGION)), ready=listens(ports.of(BROKER)), address=address
    )


def _issuer(directory: Path, ports: Ports) -> Child:
    command = module("deploy.embedded.issuer", "--dir", str(directory), "--region", str(REGION), "--port", str(ports.of("issuer")))
    address = ports.url("issuer")
    return Child("issuer", command, ready=answers(f"{address}/jwks.json"), address=f"{address}, demonstration tokens")


def _mail(directory: Path, ports: Ports) -> Child:
    where = ("--dir", str(directory), "--smtp-port", str(ports.of(SMTP)), "--page-port", str(ports.of(MAIL)))
    address = f"{ports.url(MAIL)}, what the platform mails"
    return Child(MAIL, module("deploy.embedded.mail_catcher", *where), ready=answers(ports.url(MAIL)), address=address)


def simulation(service: str, directory: Path) -> dict[str, str]:
    """What a service is told when it goes by the clock of a simulation."""
    return {"PASSEND_CLOCK": str(directory / "clock"), "PASSEND_CONTROL": str(directory / f"{service}.sock")}


def _service(name: str, directory: Path, ports: Ports, more: dict[str, str]) -> Child:
    return Child(
        name,
        module(f"services.{name}"),
        ready=answers(f"{ports.url(name)}/health/ready"),
        address=ports.url(name),
        environment=environment(name, directory, ports) | more,
        falls_with=BROKER,
    )


def _region(directory: Path, ports: Ports) -> Child:
    """Schools and people who live slowly, for whoever watches."""
    gently = ("--endless", "--children", "60", "--seconds", "1200", "--seconds-a-day", "6")
    where = ("--base-port", str(ports.base), "--sent", str(directory / "sent.jsonl"))
    command = module("deploy.simulator.play", *gently, *where)
    return Child("region", command, ready=says(BEGINS), address="invented children, three a minute or so")


def environment(service: str, directory: Path, ports: Ports) -> dict[str, str]:
    """What a service is told."""
    return {
        "PASSEND_HOST": HOST,
        "PASSEND_PORT": str(ports.of(service)),
        "PASSEND_DATABASE_URL": database.url(directory, ports.of("database"), service, driver="postgresql+asyncpg"),
        "PASSEND_KAFKA": ports.kafka,
        "PASSEND_KAFKA_EMBEDDED": "true",
        "PASSEND_REGION": str(REGION),
        "PASSEND_JWKS_URL": f"{ports.url('issuer')}/jwks.json",
        "PASSEND_ISSUER": ports.url("issuer"),
        "PASSEND_AUDIENCE": "passend",
        "PASSEND_REPLICA": "0",
        "PASSEND_DEMO": "true",
        "PASSEND_OFFICE_URL": ports.url("placement"),
        **keys.settings(directory, service),
        **(_mail_settings(directory, ports) if service == "notify" else {}),
    }


def _mail_settings(directory: Path, ports: Ports) -> dict[str, str]:
    """What notify is told: the mail server of this machine, and where people follow links."""
    return {
        "PASSEND_SMTP_HOST": HOST,
        "PASSEND_SMTP_PORT": str(ports.of(SMTP)),
        "PASSEND_SMTP_CA": str(mail_login.certificate(directory)),
        "PASSEND_SMTP_USERNAME": mail_login.USER,
        "PASSEND_SMTP_PASSWORD": mail_login.password(directory),
        "PASSEND_MAIL_FROM": "geen-antwoord@passend.example",
        "PASSEND_LINKS_AT": ports.url("notify"),
        "PASSEND_CONSOLE_AT": ports.url("console"),
    }


def _gemeenten(directory: Path, ports: Ports) -> Child:
    """All gemeenten's systems in one process: seven of their own would cost 350 MB."""
    own = str(keys.of_gemeenten(directory))
    command = module("deploy.parties.gemeente", "--region", str(REGION), "--kafka", ports.kafka, "--keys", own)
    names = ", ".join(party.id for party in load(REGION).parties if party.kind == "gemeente")
    return Child("gemeenten", command, ready=says(READING), address=f"{names} accept a referral after 2 s")
