"""What stands in the tables now, for `/metrics`: waiting rows and their age, dead letters."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database, telemetry

NOW = text("""
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS pending,
           (SELECT coalesce(extract(epoch FROM min(written_at)), 0) FROM outbox WHERE published_at IS NULL) AS oldest,
           (SELECT count(*) FROM arrival WHERE handled_at IS NULL) AS arrivals,
           (SELECT count(*) FROM dead_letter) AS dead_letters
""")


async def refresh(engine: AsyncEngine, service: str) -> None:
    """Read the gauges; without a database they keep their last values, whose age shows in `outbox_oldest…`."""
    try:
        async with engine.connect() as connection:
            now = (await connection.execute(NOW)).one()
    except database.TRANSIENT:
        return
    telemetry.OUTBOX_PENDING.labels(service).set(now.pending)
    telemetry.OUTBOX_OLDEST.labels(service).set(float(now.oldest))
    telemetry.ARRIVALS_WAITING.labels(service).set(now.arrivals)
    telemetry.DEAD_LETTERS.labels(service).set(now.dead_letters)
