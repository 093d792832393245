"""Our hop as the product runs it: one handler on the whole runtime, with jgt_bridge's own tables and no switch of any kind."""

import asyncio
from pathlib import Path
from typing import Any

from passend_contracts.events import JGTReferralAccepted, ParentsConsulted

from services import jgt_bridge
from services.chassis import region, runtime, telemetry
from services.chassis.service import Recorder, Service
from services.chassis.settings import Settings
from services.chassis.transaction import Events, Transaction
from services.jgt_bridge import store
from services.jgt_bridge.app import NAME
from services.jgt_bridge.domain.referral import Referral, Wish
from tests.benchmarks.load import OUTGOING, Load
from tests.benchmarks.stopwatch import Stopwatch, Took
from tests.builders.events import BOARD, GEMEENTE, SCHOOL_SYSTEM
from tests.pairs.topics import REGION

MIGRATIONS = Path(jgt_bridge.__path__[0]) / "migrations"
LOOK_SECONDS = 0.01

events = Events()


@events.on(ParentsConsulted)
async def on_parents_consulted(event: ParentsConsulted, tx: Transaction[Referral]) -> None:
    """Keep what the parents want, and tell one event."""
    _wished(event, tx)
    tx.publish(JGTReferralAccepted(referral=tx.event.id, accepted_on=event.held_on))


whole = Events()


@whole.on(ParentsConsulted)
async def on_large_parents_consulted(event: ParentsConsulted, tx: Transaction[Referral]) -> None:
    """The same for an event that is handed on whole."""
    _wished(event, tx)
    tx.pass_on(OUTGOING)


def _wished(event: ParentsConsulted, tx: Transaction[Referral]) -> None:
    referral = tx.state or Referral(tx.case_id, BOARD, SCHOOL_SYSTEM, "90AA00", GEMEENTE, "6-7")
    tx.save(referral.wished(Wish(event.youth_team == "refer", event.held_on)))


async def run(kafka: str, database_url: str, load: Load, *, embedded: bool) -> Took:
    """Drain the load."""
    return await drain(kafka, database_url, load.events, embedded=embedded, surface=whole if load.whole else events)


async def drain(kafka: str, database_url: str, backlog: int, *, embedded: bool, surface: Events = events) -> Took:
    """Drain so many events; it is done when the last row that they caused is marked as published."""
    watch = Stopwatch()

    async def record(*_batch: object) -> None:
        watch.start()

    app = runtime.build(service(surface, record), settings(kafka, database_url, embedded=embedded))
    before = published()
    async with app.router.lifespan_context(app):
        while published() - before < backlog:  # noqa: ASYNC110 -- observed from outside, as it runs anywhere
            await asyncio.sleep(LOOK_SECONDS)
        return watch.read()


def service(surface: Events = events, record: Recorder | None = None) -> Service[Referral]:
    """jgt_bridge with that one handler in place of its own."""
    return Service(NAME, region.load(REGION), surface, store, MIGRATIONS, record=record)


def settings(kafka: str, database_url: str, *, embedded: bool, replica: str = "0") -> Settings:
    """What such a service is told."""
    nobody = "http://127.0.0.1:1"  # no token is asked for: this service has no door
    told: dict[str, Any] = {
        "port": 1,
        "database_url": database_url,
        "kafka": kafka,
        "kafka_embedded": embedded,
        "region": REGION,
        "jwks_url": nobody,
        "issuer": nobody,
        "replica": replica,
    }
    return Settings(**told)


def published() -> float:
    """How many outbox rows this process has marked: the runtime's own counter."""
    samples = (sample for metric in telemetry.PUBLISHED.collect() for sample in metric.samples)
    return sum(sample.value for sample in samples if sample.name == "events_published_total")
