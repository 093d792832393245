"""A small service on the whole runtime whose handlers fail when a test says so: what the runtime promises is seen on it from outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from passend_contracts.events import (
    ConsentGiven,
    ConsentWithdrawn,
    JGTReferralAccepted,
    JGTReferralOverdue,
    ParentsConsulted,
    SupportRequested,
)
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import region, runtime
from services.chassis.calendar import day, end_of
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.transaction import DeadlinePassed, Events, Transaction

NAME = "jgt_bridge"
"""Its place in the catalogue: it reads school.cases.v1 and writes jgt.cases.v1."""
MIGRATIONS = Path(__file__).parent / "migrations"
IN, OUT, DEAD = "school.cases.v1", "jgt.cases.v1", "dlq.jgt_bridge.v1"

LOAD = text("SELECT case_id, taken, moments FROM ledger WHERE case_id = ANY(:cases)")
SAVE = text("""
    INSERT INTO ledger SELECT * FROM unnest(CAST(:cases AS text[]), CAST(:taken AS jsonb[]), CAST(:moments AS jsonb[]))
    ON CONFLICT (case_id) DO UPDATE SET taken = excluded.taken, moments = excluded.moments
""")


@dataclass(frozen=True)
class Ledger:
    """The ids of the events of a case that took effect, in order, and the moments it waits for."""

    taken: tuple[str, ...] = ()
    moments: Mapping[str, datetime] = field(default_factory=dict)


class Store:
    """Ledgers to rows and back."""

    async def load(self, connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, Ledger]:
        rows = await connection.execute(LOAD, {"cases": case_ids})
        return {row.case_id: Ledger(tuple(row.taken), _moments(row.moments)) for row in rows}

    async def save(self, connection: AsyncConnection, states: Mapping[str, Ledger]) -> None:
        taken, moments = ([to_json(getattr(state, name)).decode() for state in states.values()] for name in ("taken", "moments"))
        await connection.execute(SAVE, {"cases": list(states), "taken": taken, "moments": moments})


def _moments(kept: Mapping[str, str]) -> Mapping[str, datetime]:
    return {kind: datetime.fromisoformat(moment) for kind, moment in kept.items()}


@dataclass
class Faults:
    """What a handler does wrong, by case; `every` is a bad deploy."""

    cases: dict[str, Callable[[Transaction[Ledger]], object]] = field(default_factory=dict)
    every: bool = False
    tried: int = 0

    async def strike(self, tx: Transaction[Ledger]) -> None:
        fault = self.cases.get(tx.case_id)
        if self.every or fault:
            self.tried += 1
        if fault:
            await _awaited(fault(tx))
        if self.every:
            raise ZeroDivisionError


async def _awaited(outcome: object) -> None:
    if hasattr(outcome, "__await__"):
        await outcome


def a_bug(_tx: Transaction[Ledger]) -> None:
    """A mistake in the code; its text holds what a real one's may."""
    raise ValueError("Jip Verzonnen, 999999990")


async def a_bug_in_sql(tx: Transaction[Ledger]) -> None:
    """The same, in a statement: it spoils the transaction of the whole batch."""
    connection = await tx.database()
    await connection.execute(text("SELECT 1 / 0"))


async def a_bug_in_a_parameter(tx: Transaction[Ledger]) -> None:
    """A value that cannot even be written down for the database."""
    await (await tx.database()).execute(text("SELECT CAST(:number AS integer)"), {"number": 2**40})


async def a_bug_after_writing(tx: Transaction[Ledger]) -> None:
    """Writes on its own account, and then fails: what it wrote has to go as well."""
    await (await tx.database()).execute(text("INSERT INTO ledger VALUES ('written', '[]', '{}')"))
    raise ValueError


def what_the_database_refuses(tx: Transaction[Ledger]) -> None:
    """A state that cannot be written: found out only when the whole batch is."""
    tx.save(Ledger(("refuse",)))


def build(faults: Faults) -> Callable[[Settings], FastAPI]:
    """The service with these faults, as `running` starts it."""
    events = Events()

    @events.on(SupportRequested)
    async def on_support_requested(_event: SupportRequested, tx: Transaction[Ledger]) -> None:
        await _take(tx, faults)

    @events.on(ParentsConsulted)
    async def on_parents_consulted(event: ParentsConsulted, tx: Transaction[Ledger]) -> None:
        await _take(tx, faults, {"answer": end_of(event.held_on)})

    @events.on(ConsentGiven)
    async def on_consent_given(_event: ConsentGiven, tx: Transaction[Ledger]) -> None:
        await _take(tx, faults, {})

    @events.on(ConsentWithdrawn, also_parked=True)
    async def on_consent_withdrawn(_event: ConsentWithdrawn, tx: Transaction[Ledger]) -> None:
        await _take(tx, Faults())

    @events.on(DeadlinePassed)
    async def on_deadline_passed(event: DeadlinePassed, tx: Transaction[Ledger]) -> None:
        await faults.strike(tx)
        tx.publish(JGTReferralOverdue(referral=tx.event.id, answer_due=day(event.due), noticed_on=day(tx.now)), to=[OUT])

    def app(settings: Settings) -> FastAPI:
        service = Service(
            NAME,
            region.load(settings.region),
            events,
            Store(),
            MIGRATIONS,
            deadlines=lambda ledger: ledger.moments,
        )
        return runtime.build(service, settings)

    return app


async def _take(tx: Transaction[Ledger], faults: Faults, moments: Mapping[str, datetime] | None = None) -> None:
    ledger = tx.state or Ledger()
    tx.save(replace(ledger, taken=(*ledger.taken, tx.event.id), moments=ledger.moments if moments is None else moments))
    await faults.strike(tx)
    tx.publish(JGTReferralAccepted(referral=tx.event.id, accepted_on=day(tx.now)))
