"""The pair as in production, on a Docker engine: Apache Kafka in KRaft mode and PostgreSQL, each in a container."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from functools import reduce
from time import monotonic
from typing import Any, NamedTuple

import psutil
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.network import Network

from tests.pairs.databases import SMALL_DISK, Databases
from tests.pairs.kafka import wait_for_kafka
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.pairs.topics import Topics, catalogue_topics

KAFKA = "apache/kafka:4.3.1"
POSTGRES = "postgres:18"
PASSWORD = secrets.token_hex()

OWNER = "nl.passendonderwijs.tests.pid"
"""The label that says which test session a container belongs to."""

# The session removes its containers itself, and the next one what a killed session left: no third image, which has the engine's socket.
testcontainers_config.ryuk_disabled = True

CHECKPOINT_SECONDS = 0.1

KAFKA_SETTINGS = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_LISTENERS": "CLIENTS://:9092,PROXIED://:9095,CONTROLLER://localhost:9093,INSIDE://localhost:9094",
    "KAFKA_ADVERTISED_LISTENERS": "CLIENTS://127.0.0.1:{port},PROXIED://127.0.0.1:{proxy},INSIDE://localhost:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENTS:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    # A killed broker may come back when the controller has noticed that it was gone: after 2 s here instead of 9.
    "KAFKA_BROKER_SESSION_TIMEOUT_MS": "2000",
    "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS": "500",
    # Where a log begins since its records were deleted must outlive a kill, or a test sees the records of others: by default after 60 s.
    "KAFKA_LOG_FLUSH_START_OFFSET_CHECKPOINT_INTERVAL_MS": f"{CHECKPOINT_SECONDS * 1000:.0f}",
    "KAFKA_LOG_INITIAL_TASK_DELAY_MS": "0",
    "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
}
"""One node, broker and controller, that tells clients the published port and talks to itself on an inner one.

Who comes by the listener PROXIED is told a port on which nobody listens: a fault test puts a proxy there.
"""


class DockerPair(Pair):
    """Two containers of this test session."""

    kind = "docker"

    def __init__(self, kafka: "Server", postgres: "Server", topics: dict[str, int]) -> None:
        self.kafka = f"127.0.0.1:{kafka.port}"
        self.proxied = kafka.proxied
        self.databases = Databases(postgres.port, "postgres", PASSWORD)
        self.topics = Topics(self.kafka, topics)
        self._broker = kafka
        self._postgres = postgres
        self._ready = False
        self._emptied = 0.0

    @asynccontextmanager
    async def for_one_test(self) -> AsyncIterator[Pair]:
        if not self._ready:
            await self._prepare()
        await self.topics.empty()
        self._emptied = monotonic()
        try:
            yield self
        finally:
            await self._heal()
            await self.databases.drop()

    async def _prepare(self) -> None:
        await asyncio.gather(wait_for_kafka(self.kafka), self.databases.wait_until_up())
        await self.topics.create()
        self._ready = True

    async def kill_broker(self) -> None:
        await asyncio.sleep(self._emptied + 3 * CHECKPOINT_SECONDS - monotonic())  # at once, when the test is older than that
        await asyncio.to_thread(self._broker.kill)

    async def start_broker(self) -> None:
        await asyncio.to_thread(self._broker.start)
        await wait_for_kafka(self.kafka)

    async def pause_broker(self) -> None:
        await asyncio.to_thread(self._broker.pause)

    async def resume_broker(self) -> None:
        await asyncio.to_thread(self._broker.resume)

    async def kill_database(self) -> None:
        await asyncio.to_thread(self._postgres.kill)

    async def start_database(self) -> None:
        await asyncio.to_thread(self._postgres.start)
        await self.databases.wait_until_up()

    async def _heal(self) -> None:
        """A test that failed half-way leaves the next one two servers that run."""
        status = await asyncio.to_thread(lambda: (self._broker.status(), self._postgres.status()))
        if status[0] == "paused":
            await self.resume_broker()
        if status[0] == "exited":
            await self.start_broker()
        if status[1] == "exited":
            await self.start_database()


class Proxied(NamedTuple):
    """Two ports of a broker: the one it tells clients, on which a proxy is to listen, and the one behind it."""

    told: int
    real: int


class Server:
    """A container whose port on the loopback address stays the same when it is killed and started again."""

    def __init__(
        self,
        image: str,
        inside: int,
        environment: Mapping[str, str],
        *,
        command: str | None = None,
        behind_proxy: int | None = None,
        inside_as: tuple[Network, str] | None = None,
        disks: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.proxied = Proxied(free_port(), free_port())
        told = {"{port}": str(self.port), "{proxy}": str(self.proxied.told)}
        filled = {name: reduce(lambda text, port: text.replace(*port), told.items(), value) for name, value in environment.items()}
        self._definition = DockerContainer(image, command=command, env=filled, labels={OWNER: str(os.getpid())})
        self._disks = disks or {}
        for place, options in self._disks.items():
            self._definition.with_tmpfs_mount(place, options)
        # The public methods publish on every address of the machine; a test's broker without a password is for this machine only.
        self._definition.ports[f"{inside}/tcp"] = ("127.0.0.1", self.port)  # type: ignore[assignment]
        if behind_proxy:
            self._definition.ports[f"{behind_proxy}/tcp"] = ("127.0.0.1", self.proxied.real)  # type: ignore[assignment]
        if inside_as:
            network, name = inside_as
            self._definition.with_network(network).with_network_aliases(name)

    def create(self) -> None:
        """Create and start the container; pulls the image where it is not there yet."""
        self._definition.start()

    def remove(self) -> None:
        """Remove the container and what it wrote."""
        self._definition.stop()

    def kill(self) -> None:
        self._container.kill()
        self._container.wait(timeout=30)

    def start(self) -> None:
        self._container.start()
        for place in self._disks:
            self._container.exec_run(["chmod", "1777", place], user="root")  # Docker forgets its mode at a restart

    def pause(self) -> None:
        self._container.pause()

    def resume(self) -> None:
        self._container.unpause()

    def status(self) -> str:
        """Docker's word for it: running, paused or exited."""
        self._container.reload()
        return str(self._container.status)

    @property
    def _container(self) -> Any:
        return self._definition.get_wrapped_container()


def _kafka(*, durable: bool) -> Server:
    # For half an hour at most, code that is compiled fast costs less than fast code.
    briefly = {} if durable else {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1"}
    return Server(KAFKA, 9092, {**KAFKA_SETTINGS, **briefly}, behind_proxy=9095)


def _postgres(*, durable: bool) -> Server:
    # Without fsync a killed process still loses nothing, only a fallen machine does; making databases takes half the time.
    command = f"postgres -c max_connections=200 -c fsync={'on' if durable else 'off'}"
    return Server(POSTGRES, 5432, {"POSTGRES_PASSWORD": PASSWORD}, command=command, disks={SMALL_DISK: "size=64m,mode=1777"})


def _remove_left_behind() -> None:
    """Remove what a killed session could not: containers and networks whose process is gone."""
    with closing(DockerClient().client) as client:
        for container in client.containers.list(all=True, filters={"label": OWNER}):
            if not psutil.pid_exists(int(container.labels[OWNER])):
                container.remove(force=True, v=True)
        for network in client.networks.list(filters={"label": OWNER}):
            if not psutil.pid_exists(int(network.attrs["Labels"][OWNER])):
                network.remove()


@contextmanager
def docker_pair(topics: dict[str, int] | None = None, *, durable: bool = False) -> Iterator[DockerPair]:
    """Both containers, started side by side and removed at the end; with the catalogue's topics unless others are named.

    `durable` is for measuring: PostgreSQL then waits for the disk, as it does everywhere but in tests.
    """
    _remove_left_behind()
    servers = (_kafka(durable=durable), _postgres(durable=durable))
    try:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(Server.create, servers))
        yield DockerPair(*servers, topics or catalogue_topics())
    finally:
        for server in servers:
            server.remove()
