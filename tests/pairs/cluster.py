"""Three brokers that keep three copies of every record, for the tests in which one of them may go; PostgreSQL is the Docker pair's."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from time import monotonic
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from testcontainers.core.network import Network

from tests.pairs.docker import CHECKPOINT_SECONDS, KAFKA, KAFKA_SETTINGS, OWNER, Server
from tests.pairs.pair import Pair
from tests.pairs.topics import Topics, catalogue_topics

NODES = (1, 2, 3)
WAIT_SECONDS = 180

SETTINGS = KAFKA_SETTINGS | {
    "KAFKA_CONTROLLER_QUORUM_VOTERS": ",".join(f"{node}@kafka{node}:9093" for node in NODES),
    "KAFKA_LISTENERS": "CLIENTS://:9092,CONTROLLER://:9093,INSIDE://:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "3",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "3",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "2",
    "KAFKA_MIN_INSYNC_REPLICAS": "2",
    "KAFKA_BROKER_SESSION_TIMEOUT_MS": "4000",
    "KAFKA_HEAP_OPTS": "-Xms128m -Xmx384m",
    "KAFKA_JVM_PERFORMANCE_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}
"""Each node is broker and controller, as on three machines; who is gone for 4 s leads nothing any more. Cheap to start, not fast."""


class Cluster(Pair):
    """Three brokers of this test session. A test may harm them one by one; afterwards all three have everything again."""

    kind = "docker"

    def __init__(self, brokers: dict[int, Server], beside: Pair) -> None:
        self.kafka = ",".join(f"127.0.0.1:{broker.port}" for broker in brokers.values())
        self.databases = beside.databases
        self._brokers = brokers
        self._beside = beside
        self._partitions = catalogue_topics()
        self._topics = Topics(self.kafka, self._partitions, replicas=len(NODES))
        self._admin = AdminClient({"bootstrap.servers": self.kafka, "log_level": 0})
        self._ready = False
        self._laid_out: set[str] = set()
        self._emptied = 0.0

    @asynccontextmanager
    async def for_one_test(self) -> AsyncIterator["Cluster"]:
        if not self._ready:
            await self._until(lambda _topics: True)
            await self._topics.create()
            self._ready = True
        await self._until(_all_in_sync)
        await self._topics.empty()
        self._emptied = monotonic()
        try:
            yield self
        finally:
            await self._heal()

    async def leader_of(self, topic: str, partition: int = 0) -> int:
        """The node that leads a partition now."""
        topics = await asyncio.to_thread(lambda: self._admin.list_topics(timeout=10).topics)
        return int(topics[topic].partitions[partition].leader)

    async def kill(self, *nodes: int) -> None:
        """End these nodes at once; what they wrote is on their disks."""
        await asyncio.sleep(self._emptied + 3 * CHECKPOINT_SECONDS - monotonic())
        await asyncio.gather(*(asyncio.to_thread(self._brokers[node].kill) for node in nodes))

    async def start(self, *nodes: int) -> None:
        """Start killed nodes again; returns when they have caught up."""
        await asyncio.gather(*(asyncio.to_thread(self._brokers[node].start) for node in nodes))
        await self._until(_all_in_sync)

    @asynccontextmanager
    async def paused(self, *nodes: int) -> AsyncIterator[None]:
        """Let these nodes do nothing meanwhile."""
        for node in nodes:
            await asyncio.to_thread(self._brokers[node].pause)
        yield
        for node in nodes:
            await asyncio.to_thread(self._brokers[node].resume)

    async def lay_out(self, topic: str, nodes: Sequence[int] = NODES, *, in_sync: int = 2) -> None:
        """Make an empty topic anew: with its copies on these nodes, and taking records only while so many of them have all of it."""
        self._laid_out.add(topic)
        if await asyncio.to_thread(lambda: topic in self._admin.list_topics(timeout=10).topics):
            await asyncio.to_thread(self._admin.delete_topics([topic])[topic].result, WAIT_SECONDS)
            await self._until(lambda topics: topic not in topics)
        count = self._partitions[topic]
        copies = [[nodes[(n + turn) % len(nodes)] for turn in range(len(nodes))] for n in range(count)]
        new = NewTopic(topic, num_partitions=count, replica_assignment=copies, config={"min.insync.replicas": str(in_sync)})
        await asyncio.to_thread(self._admin.create_topics([new])[topic].result, WAIT_SECONDS)
        await self._until(lambda topics: topic in topics and len(topics[topic].partitions) == count)

    async def _heal(self) -> None:
        """A test that failed half-way leaves the next one three brokers that run, and every topic laid out as it was."""
        status = {node: await asyncio.to_thread(broker.status) for node, broker in self._brokers.items()}
        for node in (node for node, word in status.items() if word == "paused"):
            await asyncio.to_thread(self._brokers[node].resume)
        await self.start(*(node for node, word in status.items() if word == "exited"))
        for topic in self._laid_out:
            await self.lay_out(topic)
        self._laid_out.clear()

    async def _until(self, fact: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until all nodes are there and the topics are so."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not await asyncio.to_thread(self._is, fact):  # noqa: ASYNC110 -- other processes, so nothing to be woken by
                await asyncio.sleep(0.2)

    def _is(self, fact: Callable[[dict[str, Any]], bool]) -> bool:
        try:
            found = self._admin.list_topics(timeout=10)
        except KafkaException:
            return False
        return len(found.brokers) == len(self._brokers) and fact(found.topics)

    async def kill_broker(self) -> None:
        await self.kill(*NODES)

    async def start_broker(self) -> None:
        await self.start(*NODES)

    async def pause_broker(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(broker.pause) for broker in self._brokers.values()))

    async def resume_broker(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(broker.resume) for broker in self._brokers.values()))

    async def kill_database(self) -> None:
        await self._beside.kill_database()

    async def start_database(self) -> None:
        await self._beside.start_database()


def _all_in_sync(topics: dict[str, Any]) -> bool:
    return all(
        len(part.isrs) == len(part.replicas) and part.leader in NODES for topic in topics.values() for part in topic.partitions.values()
    )


def _broker(node: int, network: Network) -> Server:
    told = {
        "KAFKA_NODE_ID": str(node),
        "KAFKA_ADVERTISED_LISTENERS": f"CLIENTS://127.0.0.1:{{port}},INSIDE://kafka{node}:9094",
    }
    return Server(KAFKA, 9092, SETTINGS | told, inside_as=(network, f"kafka{node}"))


@contextmanager
def cluster(beside: Pair) -> Iterator[Cluster]:
    """The three brokers, started side by side and removed at the end; the databases are those of that pair."""
    with Network(docker_network_kw={"labels": {OWNER: str(os.getpid())}}) as network:
        brokers = {node: _broker(node, network) for node in NODES}
        try:
            with ThreadPoolExecutor(len(NODES)) as threads:
                list(threads.map(Server.create, brokers.values()))
            yield Cluster(brokers, beside)
        finally:
            for broker in brokers.values():
                broker.remove()
