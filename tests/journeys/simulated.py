"""Services as processes on a simulated clock: idle means that nothing is left to do anywhere, and only then the clock jumps."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from passend_contracts import catalogue
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, decode_kafka, encode
from passend_contracts.vocabulary import EventData

from deploy.simulator.clockwork import Clockwork
from tests.builders.events import BOARD
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "jgt_bridge", "placement", "console")
WITHIN = 60.0


@dataclass
class Simulation:
    """Plays the board over its own topic, and moves the clock from one due moment to the next."""

    pair: Pair
    directory: Path
    clockwork: Clockwork
    producer: AIOKafkaProducer
    reader: AIOKafkaConsumer
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def send(self, *events: Envelope) -> None:
        """Put these on the board's topic, and wait until the platform is idle."""
        for event in events:
            await self.producer.send(f"from.{BOARD}.v1", encode(event), key=event.subject.encode(), headers=list(KAFKA_HEADERS))
        await self.producer.flush()
        await self.idle()

    async def run_until(self, end: datetime, *, killing: str, across: datetime) -> int:
        """Jump from due moment to due moment; returns how many. The service named is dead while the clock passes `across`."""
        stops = 0
        while (due := await self.idle()) is not None and due <= end:
            if killing in self.processes and self.clockwork.clock.now() < across <= due:
                self.processes[killing].send_signal(signal.SIGKILL)
                await self.processes[killing].wait()
                self.clockwork.clock.set(due)
                await self.start(killing)
            self.clockwork.clock.set(due)
            stops += 1
        self.clockwork.clock.set(end)
        await self.idle()
        return stops

    async def idle(self) -> datetime | None:
        """Wait until nothing is left to do; returns the next moment that anything waits for."""
        return await self.clockwork.idle()

    async def told(self, topic: str, kind: type[EventData]) -> list[Envelope]:
        """The events of one kind on a topic."""
        partitions = [TopicPartition(topic, n) for n in range(catalogue.topic(topic).partitions)]
        self.reader.assign(partitions)
        await self.reader.seek_to_beginning(*partitions)
        ends = await self.reader.end_offsets(partitions)
        events = []
        while any([await self.reader.position(partition) < end for partition, end in ends.items()]):
            for records in (await self.reader.getmany(timeout_ms=100)).values():
                events += [decode_kafka(record.key, record.value, record.headers) for record in records]
        return [event for event in events if event.type == catalogue.of(kind).type]

    async def start(self, service: str) -> None:
        """Start a service, or start it again."""
        self.pair.prepare(service)
        environment = {
            "PASSEND_PORT": str(free_port()),
            "PASSEND_DATABASE_URL": self.pair.database_url(service),
            "PASSEND_KAFKA": self.pair.kafka,
            "PASSEND_KAFKA_EMBEDDED": str(self.pair.embedded),
            "PASSEND_REGION": str(REGION),
            "PASSEND_JWKS_URL": "http://127.0.0.1:1/jwks.json",
            "PASSEND_ISSUER": "http://127.0.0.1:1",
            "PASSEND_CLOCK": str(self.directory / "clock"),
            "PASSEND_CONTROL": str(self.directory / f"{service}.sock"),
        }
        log = (self.directory / f"{service}.log").open("ab")
        self.processes[service] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{service}", cwd=ROOT, env={**os.environ, **environment}, stdout=log, stderr=log
        )
        log.close()

    async def stop(self) -> None:
        """End all services that have not ended."""
        running = [process for process in self.processes.values() if process.returncode is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            await asyncio.wait_for(process.wait(), WITHIN)


@asynccontextmanager
async def simulation(pair: Pair, directory: Path, begin: datetime) -> AsyncIterator[Simulation]:
    """The chain on a clock that begins there."""
    async with AsyncExitStack() as stack:
        producer = await stack.enter_async_context(AIOKafkaProducer(bootstrap_servers=pair.kafka, acks="all"))
        reader = await stack.enter_async_context(AIOKafkaConsumer(bootstrap_servers=pair.kafka, enable_auto_commit=False))
        clockwork = Clockwork(directory, pair.kafka, SERVICES, [*catalogue.TOPICS, f"from.{BOARD}.v1"], begin)
        stack.push_async_callback(clockwork.close)
        world = Simulation(pair, directory, clockwork, producer, reader)
        stack.push_async_callback(world.stop)
        for service in SERVICES:
            await world.start(service)
        await world.idle()
        yield world
