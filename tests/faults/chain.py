"""Intake and jgt_bridge with a board before them, on the embedded pair: what a sequence of faults has its hands on, one after the other."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from random import Random
from time import time
from typing import Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from passend_contracts.catalogue import LOG_ID_TOPIC, SERVICES, TOPICS, to_topic, topic
from passend_contracts.envelope import decode_kafka

from services.chassis.kafka import READER, group
from tests.builders.events import GEMEENTE, OTHER_GEMEENTE
from tests.faults import kafka
from tests.faults.database import Database, Gate
from tests.faults.ledger import Ledger, Place, Row
from tests.faults.load import CANARY, Case, a_case
from tests.faults.scene import DEADLOCKS
from tests.faults.senders import GUARD, SCHOOL, STATUS, Board
from tests.faults.service import PATIENCE, ServiceProcess
from tests.pairs.pair import Pair

State = Literal["up", "still", "down"]
Name = Literal["intake", "jgt_bridge"]
NAMES: tuple[Name, ...] = ("intake", "jgt_bridge")
READS: Mapping[Name, str] = {"intake": STATUS, "jgt_bridge": SCHOOL}
"""What each of the two hears of the other."""
TO_THE_TEAMS = (to_topic(GEMEENTE), to_topic(OTHER_GEMEENTE))
HELD = (SCHOOL, STATUS, *TO_THE_TEAMS)
"""The topics on which it is known of every case what must stand there, whoever was killed when."""
A_MOMENT = 1.0
"""Seconds that a sequence gives its senders before the next fault: long enough to be in the middle of something."""

DONE = """
    SELECT NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)
       AND NOT EXISTS (SELECT FROM arrival WHERE handled_at IS NULL)
       AND NOT EXISTS (SELECT FROM relay_lease WHERE log_id <> $1)
       AND NOT EXISTS (
           SELECT FROM unnest($2::text[], $3::int[], $4::bigint[]) AS log (topic, partition, ends)
           LEFT JOIN consumer_offset AS own ON (own.topic, own.partition, own.log_id) = (log.topic, log.partition, $1)
           WHERE coalesce(next_offset, 0) < ends
       )
"""
"""Whether a service has nothing left to do in the log of that id: positions and marks of the one before say nothing."""
POSITION = "SELECT coalesce(sum(next_offset), 0) FROM consumer_offset WHERE consumer = 'main'"
BREAK = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
OF_CASES = """
    SELECT n, topic, key, type, hold IS NOT NULL AS held, written_at, claimed_at, published_at
    FROM outbox WHERE key = ANY($1::text[]) ORDER BY n
"""
WRITTEN = f"SELECT count(*) FROM outbox WHERE topic = '{GUARD}'"


@dataclass
class Chain:
    """The two services of all sequences, and what became of what the board sent; every fault may come at any moment."""

    pair: Pair
    services: Mapping[Name, ServiceProcess]
    board: Board
    seed: int
    state: dict[Name, State] = field(default_factory=lambda: dict.fromkeys(NAMES, "down"))
    broker: bool = True
    database: bool = True
    cases: list[Case] = field(default_factory=list)
    accepted: dict[str, float] = field(default_factory=dict)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    @property
    def whole(self) -> bool:
        """Whether nothing is killed or stands still now."""
        return self.broker and self.database and set(self.state.values()) == {"up"}

    def which(self, *states: State) -> list[Name]:
        """The services that are in one of these states."""
        return [name for name in NAMES if self.state[name] in states]

    async def send(self, cases: int) -> None:
        """Let the board begin so many cases; once one of all is through, or after a moment, the next fault finds it amid the others."""
        for _ in range(cases):
            self.cases.append(case := a_case(self._random))
            self._sending.add(asyncio.create_task(self._lane(case)))
        await asyncio.wait(self._sending, timeout=A_MOMENT, return_when=asyncio.FIRST_COMPLETED)

    async def _lane(self, case: Case) -> None:
        for event in case.events:
            await self.board.send(event)
            self.accepted[event.id] = time()

    def kill(self, name: Name) -> None:
        self.services[name].kill()
        self.state[name] = "down"

    def start(self, name: Name) -> None:
        """Start it, and do not wait: the next fault may find it half-way."""
        self.services[name].spawn()
        self.state[name] = "up"

    def stop(self, name: Name) -> None:
        self.services[name].stop()
        self.state[name] = "still"

    def go_on(self, name: Name) -> None:
        self.services[name].go_on()
        self.state[name] = "up"

    async def kill_broker(self) -> None:
        """Its log is gone with it, and all that stood there has to come again."""
        await self.pair.kill_broker()
        self.broker = False

    async def start_broker(self) -> None:
        await self.pair.start_broker()
        self.broker = True

    async def kill_database(self) -> None:
        await self.pair.kill_database()
        self.database = False

    async def start_database(self) -> None:
        await self.pair.start_database()
        self.database = True

    async def break_connections(self, name: Name) -> None:
        """End every connection of that service to its database, in the middle of whatever they do."""
        await self.of(name).value(BREAK)

    async def kill_before_mark(self, name: Name) -> None:
        """Kill it when Kafka has acknowledged what its relay sent, and before that is marked."""
        async with self.of(name).gate_before("UPDATE OF published_at ON outbox") as mark:
            await self._somebody_at(mark)
            self.kill(name)
        await self.of(name).value("DROP TRIGGER gate ON outbox")

    async def kill_before_effect(self) -> None:
        """Kill jgt_bridge in the middle of the transaction in which a case changes."""
        async with self.of("jgt_bridge").gate_before("INSERT OR UPDATE ON referral") as effect:
            await self._somebody_at(effect)
            self.kill("jgt_bridge")
        await self.of("jgt_bridge").value("DROP TRIGGER gate ON referral")

    async def kill_after_commit(self) -> None:
        """Kill jgt_bridge when its database has committed a batch, and it has not learned so."""
        database, service = self.of("jgt_bridge"), self.services["jgt_bridge"]
        async with database.gate_at_commit_of("INSERT OR UPDATE ON consumer_offset") as commit:
            await self._somebody_at(commit)
            before = await database.value(POSITION)
            service.stop()
            await commit.open()
            await database.until(f"SELECT ({POSITION}) <> {before} OR NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')")
            self.kill("jgt_bridge")
        await database.value("DROP TRIGGER gate ON consumer_offset")

    async def _somebody_at(self, gate: Gate) -> None:
        """Send until one comes to the gate."""
        await self.send(2)
        await gate.reached()

    async def heal(self) -> None:
        """Let everything run, all that was begun be sent, and all that was accepted be done."""
        if not self.database:
            await self.start_database()
        if not self.broker:
            await self.start_broker()
        for name in self.which("still"):
            self.go_on(name)
        for name in self.which("down"):
            self.start(name)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*self._sending)
        self._sending.clear()
        await self._done()

    async def _done(self) -> None:
        for service in self.services.values():
            await service.ready()
        log, before = await _log_id(self.pair.kafka), None
        while before != (ends := await kafka.ends(self.pair.kafka, READS.values())):
            before = ends
            for name in NAMES:
                own = {partition: end for partition, end in ends.items() if partition.topic == READS[name]}
                await self.of(name).until(DONE, log, [each.topic for each in own], [each.partition for each in own], list(own.values()))

    def of(self, name: Name) -> Database:
        """The database of that service."""
        return Database(self.pair.database_url(name).replace("+asyncpg", ""))

    async def row(self, scenario: str, cases: Sequence[Case]) -> Row:
        """What stands on the topics about these cases, held against what was sent."""
        ours = {case.id.encode() for case in cases}
        told = [record for record in await kafka.read(self.pair.kafka, GUARD, *HELD) if record.key in ours]
        due: dict[Place, Sequence[str]] = {}
        for case in cases:
            due |= {(SCHOOL, case.id): self.board.due(case)[SCHOOL]}
            due |= {(place, case.id): case.life.team for place in (to_topic(case.home), STATUS)}
        events = {event.id for case in cases for event in case.events}
        accepted = {event: moment for event, moment in self.accepted.items() if event in events}
        held = Ledger(due, accepted, _on(told, *HELD)).row(scenario, leaked=await self._leaked(told), seed=self.seed)
        # How often the guardian tells its steps depends on when it heard of the referral: of its topic only the numbers are known.
        guard = Ledger({}, defaultdict(float, accepted), _on(told, GUARD)).row(scenario, leaked=0, seed=self.seed)
        return replace(held, reordered=held.reordered + guard.reordered)

    async def _leaked(self, told: Iterable[ConsumerRecord]) -> int:
        places = [repr((record.key, record.headers, record.value)) for record in told]
        for service in self.services.values():
            places += [service.said, await service.metrics()]
        return sum(CANARY in place for place in places)

    async def written(self, cases: Sequence[Case]) -> list[str]:
        """What the outboxes hold of these cases beside what stands on the topics, to see where something was lost; and what was logged."""
        ours = [case.id for case in cases]
        told = [record for record in await kafka.read(self.pair.kafka, GUARD, *HELD) if (record.key or b"").decode() in ours]
        events = [(record.topic, record.offset, decode_kafka(record.key, record.value, record.headers)) for record in told]
        lines = [f"{topic} {at} {event.subject} {event.sequence} {event.type} {event.id}" for topic, at, event in events]
        for name in NAMES:
            lines += [str(dict(row)) for row in await self.of(name).rows(OF_CASES, ours)]
            lines += self.services[name].said.splitlines()[-60:]
        return lines

    async def nothing_is_missing(self) -> None:
        """All that the guardian wrote stands on its topic; no part stood in another's way."""
        told = {record.value for record in await kafka.read(self.pair.kafka, GUARD)}
        assert len(told) == await self.of("intake").value(WRITTEN)
        for name in NAMES:
            assert await self.of(name).value(DEADLOCKS) == 0

    async def others_read(self) -> None:
        """Play the readers that do not run here, until cancelled: on the embedded broker a relay waits for the slowest."""
        while True:
            with suppress(KafkaError, OSError):  # time-outs among them: the broker is away
                await asyncio.gather(*(_pass_all(self.pair.kafka, name, topics) for name, topics in _read_by_others().items()))
            await asyncio.sleep(0.2)


def _on(records: Iterable[ConsumerRecord], *topics: str) -> list[ConsumerRecord]:
    return [record for record in records if record.topic in topics]


def _read_by_others() -> dict[str, list[str]]:
    """The topics that the two write, by the group of each reader that is neither of them."""
    groups: dict[str, list[str]] = defaultdict(list)
    for written in (*(name for name, each in TOPICS.items() if each.writer in NAMES), *TO_THE_TEAMS, *(f"dlq.{name}.v1" for name in NAMES)):
        for other in set(topic(written).readers) & set(SERVICES) - set(NAMES):
            groups[group(other, READER[topic(written).lane_for(other)])].append(written)
    return groups


async def _pass_all(broker: str, name: str, topics: Iterable[str]) -> None:
    """Say that this group has read these topics to their ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, group_id=name, enable_auto_commit=False)
    consumer.assign([TopicPartition(each, n) for each in topics for n in range(topic(each).partitions)])
    try:
        async with asyncio.timeout(5):
            await consumer.start()
            await consumer.commit(await consumer.end_offsets(consumer.assignment()))
    finally:
        await consumer.stop()


async def _log_id(broker: str) -> str:
    async with AIOKafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False) as consumer:
        consumer.assign([partition := TopicPartition(LOG_ID_TOPIC, 0)])
        consumer.seek(partition, 0)
        return str((await asyncio.wait_for(consumer.getone(), PATIENCE)).value.decode())


@asynccontextmanager
async def chain_of(
    pair: Pair, services: Mapping[Name, ServiceProcess], token: Callable[[], Awaitable[str]], seed: int
) -> AsyncIterator[Chain]:
    """Both services, started; the board with a token, and another when that one is over."""
    chain = Chain(pair, services, Board(services["intake"].http, await token(), renew=token), seed)
    others = asyncio.create_task(chain.others_read())
    try:
        for name in NAMES:
            chain.start(name)
        await chain.heal()
        yield chain
    finally:
        others.cancel()
        await asyncio.wait([others])
