"""Puts a service together and keeps it running: database, door, worker, consumers, relay and HTTP, in one process."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database, http, kafka, telemetry
from services.chassis.arrivals import ArrivalWorker, FromTopics
from services.chassis.auth import Tokens
from services.chassis.backoff import Backoff
from services.chassis.consuming import Consumer
from services.chassis.door_api import door_api
from services.chassis.inbox import Inbox
from services.chassis.relay import Relay
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.telemetry import Health

log = structlog.get_logger()


@dataclass(frozen=True)
class Parts:
    """What a service's own routes may use."""

    engine: AsyncEngine
    tokens: Tokens
    settings: Settings


Routes = Callable[[Parts], APIRouter]


def build(service: Service[Any], settings: Settings, routes: Routes | None = None) -> FastAPI:
    """The service as one application: its background parts start and stop with it. Opens no connection before that."""
    health = Health(database.PART, kafka.PART, "relay", *(["arrivals", "consumer door"] if service.door else []), "consumer main")
    engine = database.connect(str(settings.database_url))
    tokens = Tokens(jwks_url=str(settings.jwks_url), issuer=settings.issuer, audience=settings.audience)
    watch = kafka.LogWatch(settings, health)
    relay = Relay(service.name, watch=watch, engine=engine, health=health)
    worker = ArrivalWorker(service, engine=engine, health=health, wake_relay=relay.wake)

    def consumer(name: str, topics: tuple[str, ...], process: Any) -> Consumer:
        return Consumer(service.name, name, topics, process, watch=watch, engine=engine, health=health)

    running = [watch.run, relay.run, consumer(kafka.MAIN, service.topics, Inbox(service, relay.wake)).run]
    if service.door:
        door = FromTopics(service, relay.wake, worker.wake)
        running += [worker.run, consumer(kafka.DOOR, door.topics, door).run]

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        background = asyncio.create_task(_run(service, engine, health, running))
        background.add_done_callback(_stop_when_broken)
        yield
        background.cancel()
        await asyncio.wait([background])
        await engine.dispose()
        log.info("stopped")

    app = http.application(f"Passend {service.name}", service=service.name, engine=engine, health=health, lifespan=lifespan)
    if service.door:
        app.include_router(door_api(service, engine=engine, tokens=tokens, wake_worker=worker.wake))
    if routes:
        app.include_router(routes(Parts(engine, tokens, settings)))
    return app


async def _run(service: Service[Any], engine: AsyncEngine, health: Health, running: list[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    await _migrated(service, engine, health)
    async with asyncio.TaskGroup() as tasks:
        for part in running:
            tasks.create_task(part())
        log.info("started")


def _stop_when_broken(background: asyncio.Task[None]) -> None:
    """A part that ends by itself is a mistake in the code: stop the process, so that whoever watches it starts a whole one."""
    if not background.cancelled() and background.exception():
        log.error("part_ended", fault=type(background.exception()).__name__)
        signal.raise_signal(signal.SIGTERM)


async def _migrated(service: Service[Any], engine: AsyncEngine, health: Health) -> None:
    """Wait, visibly, until the database answers and is of the newest version."""
    backoff = Backoff()
    while True:
        try:
            with health.watch(database.PART):
                await database.migrate(engine, service.migrations)
        except database.TRANSIENT as error:
            await backoff.wait_after(error)
        else:
            return


def serve(app: FastAPI, service: str, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT: then no new request is taken, what runs is finished, the parts stop."""
    telemetry.configure_logging(service)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        loop="uvloop",
        server_header=False,
    )
