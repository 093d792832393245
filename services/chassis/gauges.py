"""What stands in the tables now, for `/metrics`: what waits and since when, what was parked, what was set aside."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database, telemetry

NOW = text("""
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS pending,
           (SELECT coalesce(extract(epoch FROM min(written_at)), 0) FROM outbox WHERE published_at IS NULL) AS oldest,
           (SELECT count(*) FROM arrival WHERE handled_at IS NULL) AS arrivals,
           (SELECT count(*) FROM dead_letter WHERE settled_at IS NULL) AS dead_letters,
           (SELECT count(*) FROM parked) AS parked,
           (SELECT count(*) FROM case_lock WHERE parked) AS parked_cases,
           (SELECT coalesce(extract(epoch FROM min(parked_at)), 0) FROM parked) AS parked_oldest,
           (SELECT count(*) FROM deadline WHERE fired_at IS NULL AND due < :now) AS overdue
""")


async def refresh(engine: AsyncEngine, service: str, now: datetime) -> None:
    """Read the gauges; without a database they keep their last values, whose age shows in `outbox_oldest…`."""
    try:
        async with engine.connect() as connection:
            seen = (await connection.execute(NOW, {"now": now})).one()
    except database.TRANSIENT:
        return
    for gauge, value in (
        (telemetry.OUTBOX_PENDING, seen.pending),
        (telemetry.OUTBOX_OLDEST, seen.oldest),
        (telemetry.ARRIVALS_WAITING, seen.arrivals),
        (telemetry.DEAD_LETTERS, seen.dead_letters),
        (telemetry.PARKED_EVENTS, seen.parked),
        (telemetry.PARKED_CASES, seen.parked_cases),
        (telemetry.PARKED_OLDEST, seen.parked_oldest),
        (telemetry.DEADLINES_OVERDUE, seen.overdue),
    ):
        gauge.labels(service).set(float(value))
