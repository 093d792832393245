"""Services as processes on a simulated clock: idle means that nothing is left to do anywhere, and only then the clock jumps."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from passend_contracts import catalogue
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, decode_kafka, encode
from passend_contracts.vocabulary import EventData

from services.chassis.clock import SimulatedClock
from tests.builders.events import BOARD
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import REGION

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "jgt_bridge")
WITHIN = 60.0


@dataclass
class Simulation:
    """Plays the board over its own topic, and moves the clock from one due moment to the next."""

    pair: Pair
    directory: Path
    clock: SimulatedClock
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
            if killing in self.processes and self.clock.now() < across <= due:
                self.processes[killing].send_signal(signal.SIGKILL)
                await self.processes[killing].wait()
                self.clock.set(due)
                await self.start(killing)
            self.clock.set(due)
            stops += 1
        self.clock.set(end)
        await self.idle()
        return stops

    async def idle(self) -> datetime | None:
        """Wait until nothing is left to do; returns the next moment that anything waits for.

        The ends of the topics are read after the last snapshot: what was written since shows there.
        """
        async with asyncio.timeout(WITHIN):
            while True:
                snapshots = [await self._asked(service) for service in SERVICES]
                if all(snapshot["idle"] for snapshot in snapshots) and await self._all_read(snapshots):
                    return min((datetime.fromisoformat(each["next_due"]) for each in snapshots if each["next_due"]), default=None)
                await asyncio.sleep(0.01)

    async def _all_read(self, snapshots: Iterable[dict[str, Any]]) -> bool:
        read = [{TopicPartition(topic, n): offset for topic, n, offset in snapshot["positions"] or []} for snapshot in snapshots]
        ends = await self.reader.end_offsets(self._read_by_services())
        begins = await self.reader.beginning_offsets(list(ends))
        return all(
            positions.get(partition, begins[partition]) >= end
            for partition, end in ends.items()
            for service, positions in zip(SERVICES, read, strict=True)
            if end > begins[partition] and service in catalogue.topic(partition.topic).readers
        )

    def _read_by_services(self) -> list[TopicPartition]:
        topics = [*catalogue.TOPICS, f"from.{BOARD}.v1"]
        return [TopicPartition(topic, n) for topic in topics for n in range(catalogue.topic(topic).partitions)]

    async def _asked(self, service: str) -> dict[str, Any]:
        try:
            reader, writer = await asyncio.open_unix_connection(self.directory / f"{service}.sock")
        except OSError:
            return {"idle": False}
        writer.write(b"idle\n")
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return dict(json.loads(answer)) if answer else {"idle": False}

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
        """End all services."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            await asyncio.wait_for(process.wait(), WITHIN)


@asynccontextmanager
async def simulation(pair: Pair, directory: Path, begin: datetime) -> AsyncIterator[Simulation]:
    """The chain on a clock that begins there."""
    async with AsyncExitStack() as stack:
        producer = await stack.enter_async_context(AIOKafkaProducer(bootstrap_servers=pair.kafka, acks="all"))
        reader = await stack.enter_async_context(AIOKafkaConsumer(bootstrap_servers=pair.kafka, enable_auto_commit=False))
        world = Simulation(pair, directory, SimulatedClock(directory / "clock", begin), producer, reader)
        stack.push_async_callback(world.stop)
        for service in SERVICES:
            await world.start(service)
        await world.idle()
        yield world
