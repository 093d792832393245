"""The door that one would write in an hour: a FastAPI route that reads the event with a model and inserts a row, and nothing more.

Nobody is asked who he is; sender, type and data are not checked, nothing is hashed or traced, a repeat is an error, nothing takes effect.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from fastapi import FastAPI, Response
from pydantic import BaseModel

from services.chassis import runtime
from services.chassis.runtime import CONNECTIONS
from services.chassis.settings import Settings
from tests.benchmarks.load import plain

PATH = "/v1/gebeurtenissen"
TABLE = (
    "CREATE TABLE IF NOT EXISTS event (source text, id uuid, subject text, received_at timestamptz, body bytea, PRIMARY KEY (source, id))"
)
KEEP = "INSERT INTO event VALUES ($1, $2, $3, clock_timestamp(), $4) RETURNING received_at"


class Event(BaseModel):
    """A CloudEvent."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    data: dict[str, Any]


def build(settings: Settings) -> FastAPI:
    """The route and its connections, as many as the other door has."""
    pool: asyncpg.Pool

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        nonlocal pool
        size = CONNECTIONS
        async with asyncpg.create_pool(plain(str(settings.database_url)), min_size=size, max_size=size) as pool:
            await pool.execute(TABLE)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.post(PATH, status_code=202)
    async def take_in(event: Event) -> Response:
        received_at = await pool.fetchval(KEEP, event.source, event.id, event.subject, orjson.dumps(event.model_dump(mode="json")))
        said = {"event": event.id, "receipt": uuid4(), "receivedAt": received_at}
        return Response(orjson.dumps(said), 202, media_type="application/json")

    return app


if __name__ == "__main__":
    told = Settings()
    runtime.serve(build(told), "bare-door", told)
