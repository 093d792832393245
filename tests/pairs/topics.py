"""The topics of the catalogue on a real broker, and a broker as good as new without the seconds that new topics cost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import DeleteGroupsRequest, DeleteRecordsRequest, ListGroupsRequest
from aiokafka.protocol.group import LeaveGroupRequest
from confluent_kafka.admin import AdminClient

REGION = Path(__file__).parents[2] / "deploy/region/po2801.toml"
HIGH_WATERMARK = -1
TIMEOUT_MS = 30_000


def catalogue_topics() -> dict[str, int]:
    """Every topic of the platform in our region, with its number of partitions: the list that the embedded broker starts with."""
    from deploy.kafka.topics import topics_of
    from services.chassis import region

    return topics_of(region.load(REGION))


class Topics:
    """Topics of a broker, or of several with as many replicas of each partition."""

    def __init__(self, kafka: str, partitions: dict[str, int], *, replicas: int = 1) -> None:
        self._kafka = kafka
        self._partitions = partitions
        self._replicas = replicas

    async def create(self) -> None:
        """Create all topics, as `make deploy` does."""
        from deploy.kafka.topics import create

        await create(self._kafka, self._partitions, replicas=self._replicas)

    async def empty(self) -> None:
        """Delete all records and all groups.

        Topics stay, and so do their offsets: a reader without an offset of its own starts at the first record that comes now.
        """
        everything = [(name, [(n, HIGH_WATERMARK) for n in range(count)]) for name, count in self._partitions.items()]
        async with self._client() as client, asyncio.timeout(TIMEOUT_MS / 1000):
            nodes = [broker.nodeId for broker in client.cluster.brokers()]
            while await _not_deleted(client, nodes, everything):  # noqa: ASYNC110 -- a new partition, or a new broker's, has no leader at first
                await asyncio.sleep(0.05)
        await self.forget_groups()

    async def forget_groups(self) -> None:
        """Delete all groups with the offsets that they committed; nobody may be reading."""
        async with self._client() as client, asyncio.timeout(TIMEOUT_MS / 1000):
            for node in [broker.nodeId for broker in client.cluster.brokers()]:
                await _delete_groups(client, node, self._kafka)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Any]:
        client = AIOKafkaClient(bootstrap_servers=self._kafka)
        try:
            await client.bootstrap()
            yield client
        finally:
            await client.close()


async def _not_deleted(client: Any, nodes: list[int], records: list[tuple[str, list[tuple[int, int]]]]) -> bool:
    """Ask every node, for each deletes what it leads; whether something is left."""
    left = {(name, partition) for name, partitions in records for partition, _ in partitions}
    for node in nodes:
        response = await client.send(node, DeleteRecordsRequest(records, TIMEOUT_MS))
        left -= {(name, partition) for name, partitions, *_ in response.topics for partition, _, code, *_ in partitions if code == 0}
    return bool(left)


async def _delete_groups(client: Any, node: int, kafka: str) -> None:
    """A killed static member would keep its partitions until its session ends, 45 s into the next test: it leaves here first."""
    groups = [name for name, *_ in (await client.send(node, ListGroupsRequest())).groups]
    if not groups:
        return
    for name, member in await asyncio.to_thread(_members, kafka, groups):
        await client.send(node, LeaveGroupRequest(name, member))
    results = (await client.send(node, DeleteGroupsRequest(groups))).results
    if refused := [(name, code) for name, code in results if code]:
        raise RuntimeError(f"groups were not deleted, so a consumer of the last test still runs: {refused}")


def _members(kafka: str, groups: list[str]) -> list[tuple[str, str]]:
    """Group and member id of all members; aiokafka cannot read a static one."""
    admin = AdminClient({"bootstrap.servers": kafka, "log_level": 4})  # by name: its answers never come once nobody holds it
    described = admin.describe_consumer_groups(groups)
    return [(name, member.member_id) for name, future in described.items() for member in future.result(TIMEOUT_MS / 1000).members]
