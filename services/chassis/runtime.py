"""Puts a service together and keeps it running: database, door, workers, consumers, relays and HTTP, in one process."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from passend_contracts.catalogue import Lane
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database, http, kafka, partitions, records, restored, telemetry
from services.chassis.arrivals import ArrivalWorker, FromTopics
from services.chassis.auth import Tokens
from services.chassis.backoff import Backoff
from services.chassis.clock import Clock, clock
from services.chassis.commands import Commands
from services.chassis.consuming import Consumer, Process
from services.chassis.door_api import door_api
from services.chassis.inbox import Inbox
from services.chassis.operating import operating_api
from services.chassis.relay import Relay
from services.chassis.sealing import Keyring
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.simulation import Control
from services.chassis.telemetry import Health
from services.chassis.timers import DeadlineWorker
from services.chassis.worker import Worker

CONNECTIONS = 6
"""How many each lane has for itself."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Parts:
    """What a service's own routes may use."""

    engines: Mapping[Lane, AsyncEngine]
    tokens: Tokens
    settings: Settings
    clock: Clock
    keys: Keyring
    commands: Mapping[Lane, Commands[Any]]
    """Those of a lane use its own connections: who takes up a crisis waits for no case."""

    @property
    def engine(self) -> AsyncEngine:
        """The connections of the lane of cases."""
        return self.engines["cases"]


Routes = Callable[[Parts], APIRouter]
Workers = Callable[["Machine"], Iterable[Worker]]
Running = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Machine:
    """The background parts of one service, lane by lane: what runs, and what wakes it."""

    service: Service[Any]
    settings: Settings
    health: Health = field(default_factory=Health)
    running: list[Running] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    relays: list[Relay] = field(default_factory=list)
    compared: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether the database is known to be no older than the topics; before that, nothing takes effect and nothing is published."""

    def __post_init__(self) -> None:
        self._later: list[str] = []
        self.clock = clock(self.settings.clock)
        url = str(self.settings.database_url)
        self.engines: dict[Lane, AsyncEngine] = {lane: database.connect(url, pool=CONNECTIONS) for lane in self.service.lanes}
        self.commands: dict[Lane, Commands[Any]] = {
            lane: Commands(self.service, engine=engine, clock=self.clock, wake_relays=self.wake_relays)
            for lane, engine in self.engines.items()
        }
        records.read_whatever_comes()
        self.watch = kafka.LogWatch(self.settings, self.health)
        self.running.append(self.watch.run)
        for part in (database.PART, kafka.PART):
            self.health.expect(part)
        for lane in self.service.lanes:
            self._add_lane(lane)
        if self.service.deadlines:
            self.add_worker(DeadlineWorker(self, self.service.deadlines_in))
        self.running.append(partial(partitions.keep_for_good, self.engines["cases"], self.clock))

    def wake_relays(self) -> None:
        """Rows were written."""
        for relay in self.relays:
            relay.wake()

    def wake_workers(self) -> None:
        """There are arrivals, or another time."""
        for worker in self.workers:
            worker.wake()

    def _add_lane(self, lane: Lane) -> None:
        if self.service.writes_in(lane):
            relay = Relay(self.service.name, lane, engine=self.engines[lane], watch=self.watch)
            self.relays.append(relay)
            self._add_compared(telemetry.part("relay", lane), relay.run)
        if topics := self.service.topics(lane):
            self._add_consumer(lane, kafka.READER[lane], topics, Inbox(self.service, self.clock, self.wake_relays).take_effect)
        if lane in self.service.door_lanes:
            worker = ArrivalWorker(self, lane)
            self.workers.append(worker)
            self._add_compared(worker.name, worker.run)
            door = FromTopics(self.service, lane, self.clock, [self.wake_relays, self.wake_workers])
            self._add_consumer(lane, kafka.DOOR[lane], door.topics, door.take_in)

    def _add_consumer(self, lane: Lane, name: str, topics: tuple[str, ...], process: Process) -> None:
        consumer = Consumer(self.service.name, name, lane, topics, process, engine=self.engines[lane], watch=self.watch)
        self._add_compared(f"consumer {name}", consumer.run)

    def _add_compared(self, part: str, run: Running) -> None:
        async def later() -> None:
            await self.compared.wait()
            await run()

        self.health.expect(part)
        self._later.append(part)
        self.running.append(later)

    async def _compare(self) -> None:
        """Hold the database against the topics, as soon as Kafka answers."""
        backoff = Backoff()
        while not self.compared.is_set():
            try:
                await restored.compare(self.service, self.engines["cases"], self.settings)
            except Exception as error:  # noqa: BLE001 -- Kafka or the database is not there, or not ready yet: wait for it
                for part in self._later:
                    self.health.broken(part, type(error).__name__)
                await backoff.wait_after(error)
            else:
                self.compared.set()

    def add_worker(self, worker: Worker) -> None:
        """Let it run beside the others.

        One of cases begins when the database is known to be no older than the topics: what it would call late may stand there. Calling
        for a crisis waits for nothing, and may call once more.
        """
        self.workers.append(worker)
        if worker.lane == "cases":
            self._add_compared(worker.name, worker.run)
        else:
            self.health.expect(worker.name)
            self.running.append(worker.run)

    async def run(self) -> None:
        """Run until cancelled; raises what a part ends with by itself."""
        await self._migrated()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_until_done(self._compare))
            for part in self.running:
                tasks.create_task(_for_good(part))
            log.info("started")

    async def _migrated(self) -> None:
        """Wait, visibly, until the database answers and is of the newest version."""
        backoff = Backoff()
        while True:
            try:
                with self.health.watch(database.PART):
                    await database.migrate(self.engines["cases"], self.service.migrations)
                await partitions.keep_if_possible(self.engines["cases"], self.clock.now())
            except database.TRANSIENT as error:
                if not database.is_transient(error):
                    raise
                await backoff.wait_after(error)
            else:
                return

    async def close(self) -> None:
        """Let go of every connection."""
        for engine in self.engines.values():
            await engine.dispose()


class PartEnded(Exception):
    """A part ended by itself, without an error of its own."""


async def _for_good(part: Running) -> None:
    await _until_done(part)
    raise PartEnded


async def _until_done(part: Running) -> None:
    """Run a part; one that ends as if it had been cancelled, and was not, would be missed by nobody: a group of tasks does not mind."""
    task = asyncio.current_task()
    try:
        await part()
    except asyncio.CancelledError:
        if task and task.cancelling():
            raise
        raise PartEnded from None


def build(service: Service[Any], settings: Settings, routes: Routes | None = None, workers: Workers | None = None) -> FastAPI:
    """The service as one application: its background parts start and stop with it. Opens no connection before that."""
    machine = Machine(service, settings)
    for worker in workers(machine) if workers else ():
        machine.add_worker(worker)
    if settings.control:
        control = Control(machine.engines["cases"], machine.clock, settings.control, machine.wake_workers, service.waits_for)
        machine.running.append(control.run)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        background = asyncio.create_task(machine.run())
        background.add_done_callback(_stop_when_broken)
        yield
        background.cancel()
        await asyncio.wait([background])
        await machine.close()
        log.info("stopped")

    engine = machine.engines["cases"]
    app = http.application(
        f"Passend {service.name}", service=service.name, engine=engine, health=machine.health, clock=machine.clock, lifespan=lifespan
    )
    for router in _routers(machine, routes):
        app.include_router(router)
    return app


def _routers(machine: Machine, routes: Routes | None) -> Iterator[APIRouter]:
    settings, service = machine.settings, machine.service
    tokens = Tokens(jwks_url=str(settings.jwks_url), issuer=settings.issuer, audience=settings.audience)
    parts = Parts(machine.engines, tokens, settings, machine.clock, service.keys, machine.commands)
    if service.door:
        yield door_api(service, engines=machine.engines, tokens=tokens, clock=machine.clock, wake_workers=machine.wake_workers)
    yield operating_api(service, engine=parts.engine, tokens=tokens, clock=machine.clock, wake_relays=machine.wake_relays)
    if routes:
        yield routes(parts)


def _stop_when_broken(background: asyncio.Task[None]) -> None:
    """A part that ends by itself is a mistake in the code: stop the process, so that whoever watches it starts a whole one."""
    if not background.cancelled() and background.exception():
        log.error("part_ended", fault=type(background.exception()).__name__)
        signal.raise_signal(signal.SIGTERM)


def spare_the_collector() -> None:
    """What a process has loaded stays for good: the garbage collector walks over it no more, and looks for cycles less often.

    A batch makes tens of thousands of objects and hardly a cycle; by Python's own thresholds the collector took a sixth of a hop.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def serve(app: FastAPI, service: str, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT: then no new request is taken, what runs is finished, the parts stop."""
    telemetry.configure_logging(service)
    spare_the_collector()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        loop="uvloop",
        http=http.ShortHeads,
        server_header=False,
    )
