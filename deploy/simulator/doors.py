"""The public doors of a platform, and what comes out of them: HTTP for who sends, and each party's own topic for who listens."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from passend_contracts.catalogue import lanes_of, to_topic
from passend_contracts.envelope import BATCH, Envelope, decode_kafka

from deploy.embedded.processes import Ports
from deploy.parties.children import DoorKeys

AT_ONCE = 16
"""Requests that are under way at the same time."""
BATCH_EVENTS = 500
RESEND_AFTER = 0.3
DOORS = {"bg": "intake", "gm": "jgt_bridge"}


@dataclass(frozen=True)
class Receipt:
    """What a door said to one event: its status, the receipt where it was accepted, and else the codes of what is wrong."""

    status: int
    receipt: str | None
    codes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it was accepted, now or before."""
        return self.status < httpx.codes.BAD_REQUEST


class Doors:
    """The doors of a running platform, with a token for each party that comes; what does not answer is asked until it does."""

    def __init__(self, client: httpx.AsyncClient, ports: Ports) -> None:
        self._client, self._ports = client, ports
        self._tokens: dict[str, str] = {}
        self._door_keys: DoorKeys | None = None
        self._free = asyncio.Semaphore(AT_ONCE)

    async def send(self, party: str, bodies: Sequence[bytes]) -> list[Receipt]:
        """Send events in this order, and again until each has its receipt or was sent back."""
        receipts: list[Receipt] = []
        for start in range(0, len(bodies), BATCH_EVENTS):
            batch = b"[" + b",".join(bodies[start : start + BATCH_EVENTS]) + b"]"
            door = self._ports.url(DOORS[party[:2]])
            answer = await self.ask(party, "POST", f"{door}/v1/gebeurtenissen", content=batch, headers={"Content-Type": BATCH})
            receipts += map(_receipt, answer.raise_for_status().json())
        return receipts

    async def door_keys(self) -> DoorKeys:
        """To whose keys schools seal."""
        if self._door_keys is None:
            answer = await self.page("GET", f"{self._ports.url('intake')}/v1/deursleutels")
            self._door_keys = DoorKeys.read(answer.raise_for_status().json())
        return self._door_keys

    async def zaak(self, board: str, case: str) -> dict[str, Any]:
        """A case as its board sees it; empty while it is not there."""
        answer = await self.ask(board, "GET", f"{self._ports.url('intake')}/v1/zaken/{case}")
        return dict(answer.json()) if answer.is_success else {}

    async def proof(self) -> dict[str, Any]:
        """What the record proves while nothing is under way."""
        answer = await self.ask("console", "GET", f"{self._ports.url('console')}/v1/bewijs?idle=true")
        return dict(answer.raise_for_status().json())

    async def ask(self, party: str, method: str, url: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Any request in a party's name, until something answers; raises httpx.HTTPStatusError where the issuer refuses a token."""
        while True:
            with suppress(httpx.TransportError):
                async with self._free:
                    authorized = {**(headers or {}), "Authorization": f"Bearer {await self._token(party)}"}
                    answer = await self._client.request(method, url, headers=authorized, **more)
                if answer.status_code == httpx.codes.UNAUTHORIZED:
                    self._tokens.pop(party, None)  # after a quarter of an hour it is over
                elif answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answer
            await asyncio.sleep(RESEND_AFTER)

    async def page(self, method: str, url: str) -> httpx.Response:
        """A page that asks for no token, as anybody's browser gets it, until something answers."""
        while True:
            with suppress(httpx.TransportError):
                answer = await self._client.request(method, url, follow_redirects=True)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answer
            await asyncio.sleep(RESEND_AFTER)

    async def _token(self, party: str) -> str:
        if party not in self._tokens:
            form = {"grant_type": "client_credentials", "client_id": party, "client_secret": "demo"}
            answer = (await self._client.post(f"{self._ports.url('issuer')}/token", data=form)).raise_for_status()
            self._tokens[party] = answer.json()["access_token"]
        return self._tokens[party]


def _receipt(said: dict[str, Any]) -> Receipt:
    wrong = said.get("problem", {}).get("errors", ())
    return Receipt(said["status"], said.get("receipt"), tuple(each["code"] for each in wrong))


class Topics:
    """What is addressed to these parties, each event once; a broker that is away, or new and empty, is waited for and read anew."""

    def __init__(self, kafka: str, parties: Iterable[tuple[str, str]], *, from_now: bool) -> None:
        """`parties` are ids with their kind; `from_now` leaves out what stands there already."""
        self._kafka, self._from_now = kafka, from_now
        self._parties = {to_topic(party, lane): party for party, kind in parties for lane in lanes_of(kind)}
        self._seen: set[tuple[str, str]] = set()
        self._consumer: AIOKafkaConsumer | None = None

    async def heard(self) -> list[tuple[str, Envelope]]:
        """What came since the last call, with whom it is addressed to."""
        while True:
            try:
                return await self._new()
            except (KafkaError, OSError):
                await self.close()
                await asyncio.sleep(RESEND_AFTER)

    async def _new(self) -> list[tuple[str, Envelope]]:
        consumer = self._consumer = self._consumer or await self._connected()
        ends = await consumer.end_offsets(list(consumer.assignment()))
        fresh: deque[tuple[str, Envelope]] = deque()
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    event = decode_kafka(record.key, record.value, record.headers)
                    if (record.topic, event.id) not in self._seen:
                        self._seen.add((record.topic, event.id))
                        fresh.append((self._parties[record.topic], event))
        return list(fresh)

    async def _connected(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka, enable_auto_commit=False, fetch_max_wait_ms=20)
        await consumer.start()
        consumer.assign([TopicPartition(topic, 0) for topic in self._parties])
        if self._from_now:
            await consumer.seek_to_end()
            self._from_now = False
        else:
            await consumer.seek_to_beginning()
        return consumer

    async def close(self) -> None:
        """Let go of the broker; the next call connects again."""
        if self._consumer:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(self._consumer.stop(), 5)
            self._consumer = None
