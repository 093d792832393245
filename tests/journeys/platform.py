"""The whole platform as `passend up` starts it, for a test to send to, to kill parts of, and to ask what became of a case."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from passend_contracts.catalogue import from_topic, of, to_topic
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, decode_kafka, encode
from passend_contracts.events import EventAccepted, EventRejected

from deploy.embedded.processes import Ports

ROOT = Path(__file__).parents[2]
WITHIN = 90.0
RESEND_SECONDS = 3.0
PARTS = (
    "services.intake",
    "services.jgt_bridge",
    "services.placement",
    "services.notify",
    "deploy.embedded.mail_catcher",
    "services.console",
    "gemeente",
    "deploy.embedded.issuer",
    "database",
    "deploy.embedded.broker",
)


@dataclass
class Platform:
    """A running platform; `accepted` counts the receipts that senders got, by event id."""

    process: asyncio.subprocess.Process
    ports: Ports
    http: httpx.AsyncClient
    outcomes: dict[str, list[str]] = field(default_factory=dict)

    async def token(self, party: str) -> str:
        form = {"grant_type": "client_credentials", "client_id": party, "client_secret": "demo"}
        answer = await self._until_ok(lambda: self.http.post(f"{self.ports.url('issuer')}/token", data=form))
        return str(answer.json()["access_token"])

    async def post(self, events: list[Envelope], token: str) -> None:
        """Send over HTTP, each until it has its receipt, as a party must."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
        url = f"{self.ports.url('intake')}/v1/gebeurtenissen"
        for event in events:
            body = encode(event)
            await self._until_ok(lambda body=body: self.http.post(url, content=body, headers=headers))
            self.outcomes.setdefault(event.id, []).append("accepted")

    async def emit(self, board: str, events: list[Envelope]) -> None:
        """Send over the board's own topic until each has its receipt there; the broker may be away, and its log be gone."""
        open_ids = {event.id for event in events}
        async with asyncio.timeout(WITHIN):
            while open_ids:
                try:
                    open_ids -= await self._sent_once(board, [event for event in events if event.id in open_ids])
                except (KafkaError, OSError):
                    await asyncio.sleep(0.2)  # what a party does: wait, connect anew, send again

    async def _sent_once(self, board: str, events: list[Envelope]) -> set[str]:
        producer = AIOKafkaProducer(bootstrap_servers=self.ports.kafka, acks="all")
        consumer = AIOKafkaConsumer(to_topic(board), bootstrap_servers=self.ports.kafka, auto_offset_reset="earliest", fetch_max_wait_ms=50)
        wanted, answered = {event.id for event in events}, set[str]()
        try:
            async with asyncio.timeout(15):
                await producer.start()
                await consumer.start()
                for event in events:
                    sending = producer.send_and_wait(
                        from_topic(board), encode(event), key=event.subject.encode(), headers=list(KAFKA_HEADERS)
                    )
                    await sending
                while wanted - answered and (batch := await consumer.getmany(timeout_ms=int(RESEND_SECONDS * 1000))):
                    for record in (record for records in batch.values() for record in records):
                        answered |= self._noted(decode_kafka(record.key, record.value, record.headers)) & wanted
        finally:
            await asyncio.wait({asyncio.ensure_future(producer.stop()), asyncio.ensure_future(consumer.stop())}, timeout=5)
        return answered

    def _noted(self, event: Envelope) -> set[str]:
        outcome = {of(EventAccepted).type: "accepted", of(EventRejected).type: "rejected"}.get(event.type)
        if outcome is None:
            return set()
        sent = str(event.data["event"])
        self.outcomes.setdefault(sent, []).append(outcome)
        return {sent}

    async def kill(self, part: str) -> None:
        """SIGKILL the child that is that part."""
        (await self._child(part)).send_signal(signal.SIGKILL)

    @asynccontextmanager
    async def without(self, part: str) -> AsyncIterator[None]:
        """Let the child that is that part stand still meanwhile."""
        child = await self._child(part)
        child.suspend()
        try:
            yield
        finally:
            child.resume()

    async def _child(self, part: str) -> psutil.Process:
        """As soon as it runs: one that fell with another may be on its way back."""
        async with asyncio.timeout(WITHIN):
            while not (found := [child for child in psutil.Process(self.process.pid).children() if _is(child, part)]):  # noqa: ASYNC110 -- see above
                await asyncio.sleep(0.05)
        return found[0]

    async def timeline(self, case: str, token: str) -> list[dict[str, Any]]:
        """The hops of a case on the console's record; none when it is not there yet."""
        url, headers = f"{self.ports.url('console')}/v1/tijdlijnen/{case}", {"Authorization": f"Bearer {token}"}
        try:
            answer = await self.http.get(url, headers=headers)
        except httpx.HTTPError:
            return []
        return list(answer.json()["hops"]) if answer.status_code == httpx.codes.OK else []

    async def violations(self, token: str) -> list[dict[str, Any]]:
        """Where the guarantee does not hold, by the record alone."""
        url, headers = f"{self.ports.url('console')}/v1/bewijs", {"Authorization": f"Bearer {token}"}
        answer = await self._until_ok(lambda: self.http.get(url, headers=headers))
        return list(answer.json()["violations"])

    async def _until_ok(self, call: Any) -> httpx.Response:
        async with asyncio.timeout(WITHIN):
            while True:
                try:
                    answer: httpx.Response = await call()
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.is_success:
                    return answer
                assert answer.is_server_error, answer.text  # nothing that we send is wrong, so nothing may say so
                await asyncio.sleep(0.1)


def _is(child: psutil.Process, part: str) -> bool:
    """Whether the child's command line names that part, or is of PostgreSQL's own first process for the database; a dead one is none."""
    try:
        command = " ".join(child.cmdline())
    except psutil.NoSuchProcess:
        return False
    return part in command or (part == "database" and "postgres" in command)


@asynccontextmanager
async def platform(directory: Path, base_port: int) -> AsyncIterator[Platform]:
    """Start it as `make up` does, and stop it in order."""
    command = [str(Path(sys.executable).with_name("passend")), "up", "--dir", str(directory), "--base-port", str(base_port), "--still"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        async with asyncio.timeout(WITHIN), httpx.AsyncClient(timeout=10, trust_env=False) as http:
            while b"Ctrl-C" not in (line := await process.stdout.readline()):
                assert line, "the platform ended before it was ready"
        drain = asyncio.create_task(process.stdout.read())
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            yield Platform(process, Ports(base_port), http)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)
        await drain
    finally:
        if process.returncode is None:
            process.kill()
