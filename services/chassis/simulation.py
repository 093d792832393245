"""How a simulation knows that a service has nothing left to do: one verb, `idle`, on a socket that is not there otherwise."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import database
from services.chassis.clock import Clock

DEADLINES = "SELECT due FROM deadline WHERE fired_at IS NULL"


def snapshot(moments: str) -> TextClause:
    """One statement, so one snapshot. What waits for an operator waits for a person, and holds no clock up."""
    return text(f"""
        WITH moment AS ({moments})
        SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS unpublished,
               (SELECT count(*) FROM arrival WHERE handled_at IS NULL) AS arrivals,
               (SELECT count(*) FROM moment WHERE due <= :now) AS due,
               (SELECT min(due) FROM moment WHERE due > :now) AS next_due,
               (SELECT jsonb_agg(jsonb_build_array(log_id, topic, partition, next_offset)) FROM consumer_offset) AS positions
    """)  # noqa: S608 -- a service's own words


class Control:
    """Answers `idle` with what is unfinished, when the next timer is due, and how far each topic was read (offsets as committed)."""

    def __init__(
        self, engine: AsyncEngine, clock: Clock, socket: Path, wake_workers: Callable[[], None], waits_for: str | None = None
    ) -> None:
        """`waits_for` selects the moments (`due`) that the service waits for besides its deadlines."""
        self._snapshot = snapshot(f"{DEADLINES} UNION ALL {waits_for}" if waits_for else DEADLINES)
        self._engine = engine
        self._clock = clock
        self._socket = socket
        self._wake_workers = wake_workers

    async def run(self) -> None:
        """Answer until cancelled."""
        self._socket.unlink(missing_ok=True)
        async with await asyncio.start_unix_server(self._serve, self._socket) as server:
            await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            answer = await self._idle() if line == b"idle\n" else {"error": "the one verb is idle"}
            writer.write(to_json(answer) + b"\n")
            await writer.drain()
        writer.close()

    async def _idle(self) -> dict[str, Any]:
        self._wake_workers()  # the clock may have been set: what is due now is looked for at once
        try:
            async with self._engine.connect() as connection:
                now = (await connection.execute(self._snapshot, {"now": self._clock.now()})).one()
        except database.TRANSIENT as error:
            return {"idle": False, "fault": type(error).__name__}
        return {"idle": not (now.unpublished or now.arrivals or now.due), **now._mapping}  # noqa: SLF001 -- SQLAlchemy's public name
