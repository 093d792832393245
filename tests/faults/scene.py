"""One service in a process of its own, under load on the pair: a fault test does its harm meanwhile, and a row of the table comes of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord
from passend_contracts.catalogue import TOPICS, dlq_topic, to_topic

from services.chassis.region import load as region
from tests.faults import kafka
from tests.faults.database import Database, Gate
from tests.faults.ledger import Ledger, Row
from tests.faults.load import CANARY, Load
from tests.faults.operator import Operator
from tests.faults.senders import Board, Sender
from tests.faults.service import ServiceProcess, kept
from tests.pairs.pair import Pair
from tests.pairs.topics import REGION

ALL_READ = """
    SELECT NOT EXISTS (
        SELECT FROM unnest($1::text[], $2::int[], $3::bigint[]) AS log (topic, partition, ends)
        LEFT JOIN consumer_offset USING (topic, partition)
        WHERE coalesce(next_offset, 0) < ends
    )
"""
"""Whether a service has read every topic to where it ended."""
DONE = """
    SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL) AND NOT EXISTS (SELECT FROM arrival WHERE handled_at IS NULL)
"""
"""Whether nothing of what it read or was given is left to do: every arrival handled, every row published."""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@dataclass
class Scene:
    """What a fault test has its hands on; `row` is what came of its last load."""

    pair: Pair
    service: ServiceProcess
    sender: Sender
    seed: int
    rows: list[Row]
    operator: Operator
    beside: list[ServiceProcess] = field(default_factory=list)
    """Other processes that a test let take part."""
    restored: int = 0
    """How often its database was put back."""

    @asynccontextmanager
    async def replicas(self, *names: str) -> AsyncIterator[list[ServiceProcess]]:
        """More processes of this service, not started yet; they count among what is checked."""
        async with AsyncExitStack() as stack:
            twins = [await stack.enter_async_context(kept(self.service.twin(name))) for name in names]
            self.beside += twins
            yield twins

    @property
    def processes(self) -> list[ServiceProcess]:
        """All processes that take part."""
        return [self.service, *self.beside]

    @asynccontextmanager
    async def under_load(self, scenario: str, *, start: bool = True) -> AsyncIterator[Load]:
        """Send from before the body's fault until after it, wait until all is done, and check that nothing is lost, doubled or leaked."""
        if start:
            await self.service.start()
        load = Load(self.seed, self.sender.send)
        async with load.flowing():
            yield load
        await self.check(scenario, load)

    async def check(self, scenario: str, load: Load) -> None:
        """Wait until all is done, and hold what stands on the topics against what was sent; no part may have stood in another's way."""
        for service in self.processes:
            await service.ready()
        await self.all_done()
        self.rows.append(await self._row(scenario, load))
        assert self.row.faults == {}
        assert sum(process.said.count("database_restored") for process in self.processes) == self.restored
        assert await self.database.value(DEADLOCKS) == 0

    async def end_and_keep(self) -> None:
        """End the service and keep its database as it is, as a backup does."""
        await self.service.end()
        await self.pair.databases.keep(self.service.name)

    async def end_and_restore(self) -> None:
        """End the service and put back the database that was kept."""
        await self.service.end()
        await self.pair.databases.restore(self.service.name)
        self.restored += 1

    async def kill_after(self, commit: Gate, committed: str) -> None:
        """Kill the service when a commit that it waits for is done, by that query, and before it has learned so."""
        await commit.reached()
        self.service.stop()
        await commit.open()
        await self.database.until(committed)
        self.service.kill()

    @property
    def board(self) -> Board:
        """The sender, where the load comes in at a door."""
        assert isinstance(self.sender, Board)
        return self.sender

    @property
    def database(self) -> Database:
        """The service's own database."""
        return Database(self.pair.database_url(self.service.name).replace("+asyncpg", ""))

    @property
    def row(self) -> Row:
        return self.rows[-1]

    async def all_done(self) -> None:
        """Wait until what has been sent up to now has had its effect, and that stands on the topics."""
        await self.all_read()
        await self.database.until(DONE)

    async def all_read(self) -> None:
        """Wait until what has been sent up to now is read, and its effect committed."""
        ends = await kafka.ends(self.pair.kafka, self.sender.topics) if self.sender.topics else {}
        await self.database.until(ALL_READ, [each.topic for each in ends], [each.partition for each in ends], list(ends.values()))

    async def _row(self, scenario: str, load: Load) -> Row:
        due = {(topic, case.id): stems for case in load.cases for topic, stems in self.sender.due(case).items()}
        told, letters = await kafka.read(self.pair.kafka, *self._topics), await self.dead_letters()
        places = [*map(_all_of, told), *map(_around, letters)]
        for service in self.processes:
            places += [service.said, await service.metrics()]
        leaked = sum(CANARY in place for place in places)
        return Ledger(due, load.accepted, told, load.parked).row(scenario, leaked=leaked, seed=self.seed)

    async def dead_letters(self) -> list[ConsumerRecord]:
        """What the service shows of the records that it could not read."""
        return await kafka.read(self.pair.kafka, dlq_topic(self.service.name))

    @property
    def _topics(self) -> list[str]:
        own = [topic.name for topic in TOPICS.values() if topic.writer == self.service.name]
        return [*own, *(to_topic(party.id) for party in region(REGION).parties)]


def _around(record: ConsumerRecord) -> str:
    """A dead letter without its body, which is kept byte for byte."""
    return repr((record.key, record.headers))


def _all_of(record: ConsumerRecord) -> str:
    return repr((record.key, record.headers, record.value))
