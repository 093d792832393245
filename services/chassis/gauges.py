"""What stands in the tables now, for `/metrics`: what waits and since when, what was parked, what was set aside."""

from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database

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
GAUGES = {
    "pending": Gauge("outbox_pending", "Outbox rows not yet published", ["service"]),
    "oldest": Gauge("outbox_oldest_pending_timestamp_seconds", "When the oldest unpublished row was written; 0 without one", ["service"]),
    "arrivals": Gauge("arrivals_waiting", "Accepted events whose effect is not yet committed", ["service"]),
    "dead_letters": Gauge("dead_letters", "Inputs set aside that no operator has dealt with", ["service"]),
    "parked": Gauge("inbox_parked", "Events that wait for an operator", ["service"]),
    "parked_cases": Gauge("parked_cases", "Cases that wait for an operator", ["service"]),
    "parked_oldest": Gauge("parked_oldest_timestamp_seconds", "When the longest waiting case was parked; 0 without one", ["service"]),
    "overdue": Gauge("deadlines_overdue", "Timers whose moment has come and that nothing acted on", ["service"]),
}
"""By their column."""


async def refresh(engine: AsyncEngine, service: str, now: datetime) -> None:
    """Read the gauges; without a database they keep their last values, whose age shows in `outbox_oldest…`."""
    try:
        async with engine.connect() as connection:
            seen = (await connection.execute(NOW, {"now": now})).one()
    except database.TRANSIENT:
        return
    for column, gauge in GAUGES.items():
        gauge.labels(service).set(float(getattr(seen, column)))
