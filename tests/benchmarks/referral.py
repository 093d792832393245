"""How long one referral takes on an idle platform: from the school's receipt until the gemeente can read it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Self
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from passend_contracts.catalogue import Service, from_topic, to_topic
from passend_contracts.envelope import STRUCTURED, Envelope, encode

from tests.benchmarks.form import Form
from tests.benchmarks.load import HEADERS
from tests.benchmarks.table import Aim, Row
from tests.builders.events import BOARD, GEMEENTE, a_consent_given, a_parents_consulted, a_support_requested
from tests.pairs.pair import Pair

CASES, FIRST = 100, 10
"""Cases of a round, after some that do not count: connections, plans and caches are warm then, as on any day."""
PAUSE = 0.1
"""Longer than any poll lasts, so that none is met at the same moment each time."""
AIM = Aim("≤", 10, times=True)
WITHIN = 60.0
THROUGH: tuple[Service, ...] = ("intake", "jgt_bridge")
REFERRALS = to_topic(GEMEENTE)
UNREAD = from_topic("swv2801")
"""A topic that no process reads: what is put there is nobody's work."""


@dataclass(frozen=True)
class Addresses:
    """Where a running chain answers."""

    intake: str
    issuer: str
    kafka: str


async def token(http: httpx.AsyncClient, addresses: Addresses) -> str:
    """A board's access token."""
    form = {"grant_type": "client_credentials", "client_id": BOARD, "client_secret": "demo"}
    answer = (await http.post(f"{addresses.issuer}/token", data=form)).raise_for_status()
    return str(answer.json()["access_token"])


class Board:
    """A board's system at intake's door."""

    def __init__(self, http: httpx.AsyncClient, intake: str, token: str) -> None:
        self._http = http
        self._url = f"{intake}/v1/gebeurtenissen"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": STRUCTURED}

    @classmethod
    async def of(cls, http: httpx.AsyncClient, addresses: Addresses) -> Self:
        """With a token of its own."""
        return cls(http, addresses.intake, await token(http, addresses))

    async def send(self, *events: Envelope) -> None:
        """Send each; returns with the receipt of the last."""
        for event in events:
            await self.post(event)

    async def post(self, event: Envelope) -> Mapping[str, str]:
        """Send it; returns its receipt."""
        answer = await self._http.post(self._url, content=encode(event), headers=self._headers)
        receipt: Mapping[str, str] = answer.raise_for_status().json()
        return receipt


@dataclass(frozen=True)
class Ends:
    """Both ends of the chain, and a producer for the way without it."""

    board: Board
    reader: AIOKafkaConsumer
    producer: AIOKafkaProducer

    async def read(self, key: str) -> None:
        """Return when a record with that key is read."""
        async with asyncio.timeout(WITHIN):
            while (await self.reader.getone()).key != key.encode():
                pass

    async def refer(self, case: str) -> None:
        """Let a new case end in a referral, and read that."""
        await self.board.send(a_support_requested(case), a_parents_consulted(case), a_consent_given(case))
        await self.read(case)


@asynccontextmanager
async def ends(addresses: Addresses) -> AsyncIterator[Ends]:
    """Connected to a running chain; reads what comes from now on."""
    async with (
        httpx.AsyncClient(timeout=10, trust_env=False) as http,
        AIOKafkaConsumer(bootstrap_servers=addresses.kafka, fetch_max_wait_ms=10) as reader,
        AIOKafkaProducer(bootstrap_servers=addresses.kafka, acks="all", enable_idempotence=True) as producer,
    ):
        partitions = [TopicPartition(topic, 0) for topic in (REFERRALS, UNREAD)]
        reader.assign(partitions)
        await reader.seek_to_end(*partitions)
        for partition in partitions:
            await reader.position(partition)
        yield Ends(await Board.of(http, addresses), reader, producer)


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Milliseconds of cases, one at a time, each beside a record that goes through the same broker and nothing else."""
    async with _running(pair) as addresses, ends(addresses) as both:
        await _cases(both, FIRST)
        rounds = [await _cases(both, form.load(CASES)) for _ in range(form.rounds)]
    name, beside = "one referral, idle, from receipt to gemeente", "bare produce → consume"
    ours, bare = ([[each[which] for each in delays] for delays in rounds] for which in (0, 1))
    return [
        Row(f"{name}, p50 of {len(ours[0])}", "ms", list(map(median, ours)), beside, list(map(median, bare))),
        Row("  p99", "ms", list(map(p99, ours)), beside, list(map(p99, bare)), aims=(AIM,)),
    ]


@asynccontextmanager
async def _running(pair: Pair) -> AsyncIterator[Addresses]:
    """What a referral goes through; on the embedded broker, where a relay waits for every reader, all that `make up` starts."""
    from tests.benchmarks import up
    from tests.benchmarks.chain import chain

    if pair.embedded:
        with TemporaryDirectory(prefix="passend-", ignore_cleanup_errors=True) as directory:
            async with up.started(Path(directory)) as (running, _):
                yield up.addresses(running)
    else:
        async with pair.for_one_test() as fresh, chain(fresh, *THROUGH) as addresses:
            yield addresses


async def _cases(both: Ends, count: int) -> list[tuple[float, float]]:
    cases = [str(uuid4()) for _ in range(count)]
    for case in cases:
        await both.board.send(a_support_requested(case), a_parents_consulted(case))
    return [await _one(both, case) for case in cases]


async def _one(both: Ends, case: str) -> tuple[float, float]:
    consent = a_consent_given(case)
    await both.board.send(consent)
    ours = await _milliseconds(both.read(case))
    await asyncio.sleep(random.uniform(0, PAUSE))
    async with asyncio.timeout(WITHIN):
        bare = await _milliseconds(_round_trip(both, encode(consent), case))
    await asyncio.sleep(random.uniform(0, PAUSE))
    return ours, bare


async def _round_trip(both: Ends, value: bytes, key: str) -> None:
    await both.producer.send(UNREAD, value, key=key.encode(), headers=HEADERS)
    await both.read(key)


async def _milliseconds(what: Awaitable[None]) -> float:
    begun = perf_counter()
    await what
    return (perf_counter() - begun) * 1000


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return quantiles(values, n=100, method="inclusive")[-1]
