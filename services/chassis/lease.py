"""Who may publish: one process per lane, by a row on the database's clock; a stopped process loses it and can mark nothing (T18)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import outbox

LEASE_SECONDS = 5
RENEW_SECONDS = 1.5


class LeaseLost(Exception):
    """Another process leads this lane now; this one stops publishing and waits for its turn."""


# The same replica takes over from its dead predecessor at once; the epoch shuts the predecessor out, should it still live.
ACQUIRE = text("""
    INSERT INTO relay_lease AS lease (lane, holder, epoch, expires_at, log_id)
    VALUES (:lane, :holder, 1, clock_timestamp() + make_interval(secs => :seconds), '')
    ON CONFLICT (lane) DO UPDATE SET holder = :holder, epoch = lease.epoch + 1, expires_at = excluded.expires_at
    WHERE lease.expires_at < clock_timestamp() OR lease.holder = :holder
    RETURNING epoch
""")
RENEW = text("""
    UPDATE relay_lease SET expires_at = clock_timestamp() + make_interval(secs => :seconds) WHERE lane = :lane AND epoch = :epoch
    RETURNING epoch
""")
RELEASE = text("UPDATE relay_lease SET expires_at = clock_timestamp() WHERE lane = :lane AND epoch = :epoch")
KNOWN_LOG = text("SELECT log_id FROM relay_lease WHERE lane = :lane AND epoch = :epoch FOR UPDATE")
REMEMBER_LOG = text("UPDATE relay_lease SET log_id = :log_id WHERE lane = :lane AND epoch = :epoch")
UNPUBLISH = text(f"""
    UPDATE outbox SET published_at = NULL
    FROM (SELECT n, written_at FROM outbox
          WHERE n > :after AND published_at IS NOT NULL AND lane = :lane AND {outbox.TOLD}
          ORDER BY n LIMIT :rows) AS first
    WHERE outbox.n = first.n AND outbox.written_at = first.written_at RETURNING outbox.n
""")  # noqa: S608 -- our own words
ROWS = 20_000
"""At once, so that no statement takes long, whatever is retained."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to publish a lane's rows, until another process holds a later epoch."""

    lane: str
    epoch: int

    @property
    def _key(self) -> dict[str, object]:
        return {"lane": self.lane, "epoch": self.epoch}

    async def renew(self, connection: AsyncConnection) -> None:
        """Hold it for some seconds more, in this transaction; raises `LeaseLost` when another one leads."""
        if not (await connection.execute(RENEW, {**self._key, "seconds": LEASE_SECONDS})).first():
            raise LeaseLost

    async def release(self, connection: AsyncConnection) -> None:
        """Let another process lead at once."""
        await connection.execute(RELEASE, self._key)

    async def publish_again_into(self, log_id: str, engine: AsyncEngine) -> int:
        """When the log is another one than this lane last wrote to, mark all retained rows unpublished; returns how many.

        Part by part; the log is known when the last part is done, so whoever takes over from here does the rest.
        """
        again, after, left = 0, 0, True
        while left:
            async with engine.begin() as connection:
                await self.renew(connection)
                known = (await connection.execute(KNOWN_LOG, self._key)).scalar_one()
                rows: Sequence[int] = ()
                if known not in {"", log_id}:
                    rows = (await connection.execute(UNPUBLISH, {"lane": self.lane, "after": after, "rows": ROWS})).scalars().all()
                again, after, left = again + len(rows), max(rows, default=after), len(rows) == ROWS
                if not left:
                    await connection.execute(REMEMBER_LOG, {**self._key, "log_id": log_id})
        return again


async def acquire(connection: AsyncConnection, lane: str, holder: str) -> Lease | None:
    """The lease of that lane if it is free, expired or already this holder's; None while another one leads."""
    epoch = (await connection.execute(ACQUIRE, {"lane": lane, "holder": holder, "seconds": LEASE_SECONDS})).scalar_one_or_none()
    return None if epoch is None else Lease(lane, epoch)
