"""Our hop as the product runs it: one handler on the whole runtime, with jgt_bridge's own tables and no switch of any kind."""

import asyncio
from pathlib import Path
from typing import Any

from passend_contracts.events import JGTReferralAccepted, ParentsConsulted

from services import jgt_bridge
from services.chassis import region, runtime, telemetry
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.transaction import Events, Transaction
from services.jgt_bridge import store
from services.jgt_bridge.app import NAME
from services.jgt_bridge.domain.referral import Referral, Wish
from tests.benchmarks.load import Load
from tests.benchmarks.stopwatch import Stopwatch, Took
from tests.builders.events import BOARD, GEMEENTE, SCHOOL_SYSTEM
from tests.pairs.topics import REGION

MIGRATIONS = Path(jgt_bridge.__path__[0]) / "migrations"
LOOK_SECONDS = 0.005

events = Events()


@events.on(ParentsConsulted)
async def on_parents_consulted(event: ParentsConsulted, tx: Transaction[Referral]) -> None:
    """Keep what the parents want, and tell one event."""
    referral = tx.state or Referral(tx.case_id, BOARD, SCHOOL_SYSTEM, "90AA00", GEMEENTE, "6-7")
    tx.save(referral.wished(Wish(event.youth_team == "refer", event.held_on)))
    tx.publish(JGTReferralAccepted(referral=tx.event.id, accepted_on=event.held_on))


async def run(kafka: str, database_url: str, load: Load, *, embedded: bool) -> Took:
    """Drain the load."""
    return await drain(kafka, database_url, load.events, embedded=embedded)


async def drain(kafka: str, database_url: str, backlog: int, *, embedded: bool) -> Took:
    """Drain so many events; it is done when the last row that they caused is marked as published."""
    watch = Stopwatch()

    async def record(*_batch: object) -> None:
        watch.start()

    service = Service(NAME, region.load(REGION), events, store, MIGRATIONS, record=record)
    app = runtime.build(service, _settings(kafka, database_url, embedded=embedded))
    before = _published()
    async with app.router.lifespan_context(app):
        while _published() - before < backlog:  # noqa: ASYNC110 -- observed from outside, as it runs anywhere
            await asyncio.sleep(LOOK_SECONDS)
        return watch.read()


def _settings(kafka: str, database_url: str, *, embedded: bool) -> Settings:
    nobody = "http://127.0.0.1:1"  # no token is asked for: this service has no door
    told: dict[str, Any] = {
        "port": 1,
        "database_url": database_url,
        "kafka": kafka,
        "kafka_embedded": embedded,
        "region": REGION,
        "jwks_url": nobody,
        "issuer": nobody,
    }
    return Settings(**told)


def _published() -> float:
    """How many outbox rows this process has marked: the runtime's own counter."""
    samples = (sample for metric in telemetry.PUBLISHED.collect() for sample in metric.samples)
    return sum(sample.value for sample in samples if sample.name == "events_published_total")
