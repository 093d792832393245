"""Simulated time: the clock jumps from one moment at which anything is due to the next, and only when nothing is left to do anywhere."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from passend_contracts import catalogue
from passend_contracts.catalogue import LOG_ID_TOPIC

from services.chassis.clock import SimulatedClock

WITHIN = 120.0
"""Seconds for the platform to come to rest, a part of it that was killed included."""
AGAIN_AFTER = 0.02
LOG_ID = TopicPartition(LOG_ID_TOPIC, 0)

Read = Mapping[str, Mapping[TopicPartition, int]]
"""How far each service has read each partition of the log that there is now."""


class Clockwork:
    """Knows by the services' own word, and by the ends of the topics, when a platform is idle; sets its clock."""

    def __init__(self, directory: Path, kafka: str, services: Sequence[str], topics: Iterable[str], start: datetime) -> None:
        """The services listen on sockets in `directory`; `topics` are all that any of them reads. Makes the clock, at `start`."""
        self.clock = SimulatedClock(directory / "clock", start)
        self._directory, self._kafka, self._services = directory, kafka, services
        self._readers = {
            TopicPartition(topic.name, n): topic.readers for topic in map(catalogue.topic, topics) for n in range(topic.partitions)
        }
        self._consumer: AIOKafkaConsumer | None = None

    async def idle(self) -> datetime | None:
        """Wait until nothing is left to do; returns the next moment that any service waits for.

        The ends of the topics are read after the last snapshot: what was written since shows there. Raises TimeoutError.
        """
        async with asyncio.timeout(WITHIN):
            while True:
                snapshots = await asyncio.gather(*(self._asked(service) for service in self._services))
                if all(snapshot["idle"] for snapshot in snapshots) and await self._all_read(snapshots):
                    return min((datetime.fromisoformat(each["next_due"]) for each in snapshots if each["next_due"]), default=None)
                await asyncio.sleep(AGAIN_AFTER)

    async def close(self) -> None:
        """Let go of the broker."""
        if self._consumer:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(self._consumer.stop(), 5)
            self._consumer = None

    async def _all_read(self, snapshots: Sequence[Mapping[str, Any]]) -> bool:
        try:
            consumer = self._consumer = self._consumer or await self._connected()
            log_id = await self._log_id(consumer)
            ends = await consumer.end_offsets(list(self._readers))
            return await self._are_read(consumer, ends, self._read(snapshots, log_id))
        except (KafkaError, OSError):
            await self.close()
            return False

    def _read(self, snapshots: Sequence[Mapping[str, Any]], log_id: str | None) -> Read:
        read: dict[str, dict[TopicPartition, int]] = defaultdict(dict)
        for service, snapshot in zip(self._services, snapshots, strict=True):
            for log, topic, n, offset in snapshot["positions"] or []:
                if log_id in {None, log}:
                    place = TopicPartition(topic, n)
                    read[service][place] = max(offset, read[service].get(place, 0))
        return read

    async def _are_read(self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], read: Read) -> bool:
        unread = [partition for partition, end in ends.items() if end and not self._is_read(partition, end, read)]
        begins = await consumer.beginning_offsets(unread) if unread else {}
        return all(begins[partition] == ends[partition] for partition in unread)

    def _is_read(self, partition: TopicPartition, end: int, read: Read) -> bool:
        return all(read.get(reader, {}).get(partition, 0) >= end for reader in self._readers[partition] if reader in self._services)

    async def _log_id(self, consumer: AIOKafkaConsumer) -> str | None:
        """Which log this is; None on a broker that keeps its log."""
        if LOG_ID not in consumer.assignment():
            return None
        consumer.seek(LOG_ID, 0)
        return str((await asyncio.wait_for(consumer.getone(LOG_ID), 10)).value.decode())

    async def _connected(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka, enable_auto_commit=False, fetch_max_wait_ms=20)
        await consumer.start()
        if LOG_ID_TOPIC in await consumer.topics():
            consumer.assign([LOG_ID])
        return consumer

    async def _asked(self, service: str) -> dict[str, Any]:
        try:
            reader, writer = await asyncio.open_unix_connection(self._directory / f"{service}.sock")
        except OSError:
            return {"idle": False}
        try:
            writer.write(b"idle\n")
            answer = await asyncio.wait_for(reader.readline(), 10)
        except OSError:
            return {"idle": False}
        finally:
            writer.close()
        return dict(json.loads(answer)) if answer else {"idle": False}
