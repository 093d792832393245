"""What an operator sees and does over HTTP: parked cases, dead letters, telling again; each act with a reason, which is recorded."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path as PathParameter, Request
from fastapi.responses import JSONResponse
from passend_contracts import catalogue
from passend_contracts.envelope import Invalid, read_back
from passend_contracts.vocabulary import FIRST_YEAR, LAST_YEAR
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import to_jsonable_python
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import dead_letters, http, outbox
from services.chassis.auth import Principal, Tokens
from services.chassis.batch import Batch
from services.chassis.clock import Clock
from services.chassis.inbox import Inbox
from services.chassis.parking import RELEASE_WITHIN, Desk, IsOwed, NotParked
from services.chassis.service import Service, read
from services.chassis.transaction import Origin, S, Work

PARKED = text("""
    SELECT subject AS "case", count(*) AS events, min(parked_at) AS parked_at, min(parked_at) + :within AS release_due,
           (array_agg(fault ORDER BY n))[1] AS fault, (array_agg(place ORDER BY n))[1] AS place,
           (array_agg(type ORDER BY n))[1] AS first, max(attempts) AS attempts
    FROM parked GROUP BY subject ORDER BY min(parked_at)
""")
PARKED_OF = text("SELECT event_id AS event, type, party, fault, place, attempts, parked_at FROM parked WHERE subject = :case ORDER BY n")
LETTERS = text("""
    SELECT n, topic, partition, "offset", reasons, failed_at, version FROM dead_letter
    WHERE settled_at IS NULL ORDER BY n
""")
LETTER_SHOWN = text("""
    SELECT n, topic, partition, "offset", octet_length(body) AS bytes, reasons, party, failed_at, version, settled_at, settlement
    FROM dead_letter WHERE n = :n
""")
LETTER = text("SELECT * FROM dead_letter WHERE n = :n FOR UPDATE")
TELL_AGAIN = text(f"""
    UPDATE outbox SET published_at = NULL
    WHERE published_at IS NOT NULL AND {outbox.TOLD} AND written_at >= :since
        AND (:topic = '' OR topic = :topic) AND (:case = '' OR key = :case)
""")  # noqa: S608 -- our own words
SETTLE = text("UPDATE dead_letter SET settled_at = clock_timestamp(), settlement = :settlement WHERE n = :n")


PRINTED = r"^[^\x00-\x1f]*$"


class Grond(BaseModel):
    """Why an operator does what he does; it is recorded, so nothing about a child stands in it."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=3, max_length=200, pattern=PRINTED)]


class Heruitzending(Grond):
    """What is to be told again: all that was written since then, or of it one topic or one case only."""

    since: Annotated[AwareDatetime, Field(ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), le=datetime(LAST_YEAR, 12, 31, tzinfo=UTC))]
    topic: Annotated[str, Field(max_length=100, pattern=PRINTED)] = ""
    case: Annotated[str, Field(max_length=100, pattern=PRINTED)] = ""


class _NotOpen(Exception):
    """There is no such letter, or an operator has dealt with it."""


class _FailedAgain(Exception):
    """It was tried and had no effect: it fails again, or its case is parked. Nothing was changed."""


def operating_api(service: Service[S], *, engine: AsyncEngine, tokens: Tokens, clock: Clock, wake_relays: Callable[[], None]) -> APIRouter:
    """The routes by which a service's parked cases and dead letters are seen, released and dropped."""

    async def operator(request: Request) -> Principal:
        principal = await tokens.principal(request.headers.get("authorization"))
        if not principal.may_operate():
            raise HTTPException(403, "Not allowed: this is for operators, with the scope `operator`")
        return principal

    router = APIRouter(include_in_schema=False)
    _add_views(router, engine, operator)
    _add_acts(router, _Office(service, clock), engine, operator, wake_relays)
    _add_replay(router, _Office(service, clock), engine, operator, wake_relays)
    return router


Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
Operator = Callable[[Request], Awaitable[Principal]]


def _add_views(router: APIRouter, engine: AsyncEngine, operator: Operator) -> None:
    @router.get("/v1/geparkeerd")
    async def parked(request: Request) -> JSONResponse:
        await operator(request)
        return await _rows(engine, PARKED, within=RELEASE_WITHIN)

    @router.get("/v1/geparkeerd/{case}")
    async def parked_of(case: str, request: Request) -> JSONResponse:
        await operator(request)
        return await _rows(engine, PARKED_OF, case=case)

    @router.get("/v1/dode-brieven")
    async def letters(request: Request) -> JSONResponse:
        await operator(request)
        return await _rows(engine, LETTERS)

    @router.get("/v1/dode-brieven/{number}")
    async def letter(number: Number, request: Request) -> JSONResponse:
        await operator(request)
        return await _rows(engine, LETTER_SHOWN, n=number)


def _add_acts(router: APIRouter, office: "_Office", engine: AsyncEngine, operator: Operator, wake_relays: Callable[[], None]) -> None:
    async def answer(acts: Mapping[str, "Act"], act: str, target: Any, grond: Grond, request: Request) -> JSONResponse:
        principal = await operator(request)
        if act not in acts:
            return http.problem(404, "Not found", f"There is no such act: {' or '.join(acts)}.")
        try:
            async with engine.begin() as connection:
                done = await acts[act](connection, office.desk(connection, principal), target, grond.reason)
        except (NotParked, _NotOpen):
            return http.problem(404, "Not found", "Nothing of that waits for an operator here.")
        except Invalid as still:
            return http.problem(409, "Still unreadable", f"It cannot take effect yet: {', '.join(still.codes)}. Nothing was changed.")
        except (IsOwed, _FailedAgain) as kept:
            return http.problem(409, "No effect", str(kept.__doc__))
        wake_relays()
        return JSONResponse(done)

    @router.post("/v1/geparkeerd/{case}/{act}", max_body_size=http.MAX_ACT)
    async def settle_case(case: str, act: str, grond: Grond, request: Request) -> JSONResponse:
        return await answer(office.case_acts, act, case, grond, request)

    @router.post("/v1/dode-brieven/{number}/{act}", max_body_size=http.MAX_ACT)
    async def settle_letter(number: Number, act: str, grond: Grond, request: Request) -> JSONResponse:
        return await answer(office.letter_acts, act, number, grond, request)


def _add_replay(router: APIRouter, office: "_Office", engine: AsyncEngine, operator: Operator, wake_relays: Callable[[], None]) -> None:
    @router.post("/v1/heruitzendingen", max_body_size=http.MAX_ACT)
    async def replay(wanted: Heruitzending, request: Request) -> JSONResponse:
        principal = await operator(request)
        if wanted.topic and not catalogue.is_topic(wanted.topic):
            return http.problem(
                404, "Not found", "There is no such topic; contracts/EVENTS.md names those that there are. Nothing was changed."
            )
        async with engine.begin() as connection:
            again = await office.tell_again(connection, office.desk(connection, principal), wanted)
        wake_relays()
        return JSONResponse({"again": again})


Act = Callable[[AsyncConnection, Desk[Any], Any, str], Awaitable[Mapping[str, Any]]]


class _Office:
    """The acts themselves, each in a transaction that the route commits."""

    def __init__(self, service: Service[Any], clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self.case_acts: Mapping[str, Act] = {"vrijgaven": self._release, "weglatingen": self._drop}
        self.letter_acts: Mapping[str, Act] = {"vrijgaven": self._release_letter, "weglatingen": self._drop_letter}

    def desk(self, connection: AsyncConnection, operator: Principal) -> Desk[Any]:
        """Where this operator works, in this transaction."""
        return Desk(self._service, connection, self._clock.now(), operator.party)

    async def _release(self, connection: AsyncConnection, desk: Desk[Any], case: str, reason: str) -> Mapping[str, Any]:
        works = await desk.take_out(case, reason)
        await self._run(connection, works)
        waiting = await desk.finish(case, released=len(works))
        return {"case": case, "released": len(works) - waiting, "waiting": waiting}

    async def _drop(self, _connection: AsyncConnection, desk: Desk[Any], case: str, reason: str) -> Mapping[str, Any]:
        await desk.drop_first(case, reason)
        return {"case": case, "dropped": 1, "waiting": await desk.finish(case, dropped=1)}

    async def _release_letter(self, connection: AsyncConnection, desk: Desk[Any], number: int, reason: str) -> Mapping[str, Any]:
        letter = await _open_letter(connection, number)
        works = [work for work in [self._work(letter)] if work]
        fresh = works if letter.seen else await self._inbox().unseen(connection, works)
        if await self._run(connection, fresh) < len(fresh):
            raise _FailedAgain
        await self._settle(connection, desk, number, "release", reason)
        return {"letter": number, "released": len(fresh), "already": len(works) - len(fresh), "not_ours": not works}

    async def _drop_letter(self, connection: AsyncConnection, desk: Desk[Any], number: int, reason: str) -> Mapping[str, Any]:
        await _open_letter(connection, number)
        await self._settle(connection, desk, number, "drop", reason)
        return {"letter": number, "dropped": 1}

    async def tell_again(self, connection: AsyncConnection, desk: Desk[Any], wanted: Heruitzending) -> int:
        """Let the relay publish retained rows once more, in their order and under their ids; returns how many.

        Who read them drops them by its inbox; who lost them gets them. What was withheld stays withheld.
        """
        which = wanted.model_dump(include={"since", "topic", "case"})
        again = (await connection.execute(TELL_AGAIN, which)).rowcount
        since = f"{wanted.since.isoformat()} {wanted.topic}".strip()
        await desk.record("replay", wanted.case or since, wanted.reason, again)
        return again

    async def _run(self, connection: AsyncConnection, works: list[Work]) -> int:
        batch: Batch[Any] = Batch(self._service, connection, self._clock.now())
        await batch.run(works)
        return len(batch.effects)

    def _inbox(self) -> Inbox:
        return Inbox(self._service, self._clock, lambda: None)

    def _work(self, letter: Row[Any]) -> Work | None:
        origin = Origin(letter.log_id, letter.topic, letter.partition, letter.offset)
        if letter.seen:
            event = read_back(letter.body)
            data = read(event)
            return Work(event, data, event.subject, origin, letter.party) if letter.party else self._service.work(event, data, origin)
        return self._inbox().work(letter.key, letter.body, dead_letters.headers(letter.headers), origin, self._clock.now())

    async def _settle(self, connection: AsyncConnection, desk: Desk[Any], number: int, act: str, reason: str) -> None:
        await connection.execute(SETTLE, {"n": number, "settlement": act})
        await desk.record(f"{act}_letter", str(number), reason, 1)


async def _open_letter(connection: AsyncConnection, number: int) -> Row[Any]:
    letter = (await connection.execute(LETTER, {"n": number})).first()
    if letter is None or letter.settled_at is not None:
        raise _NotOpen
    return letter


async def _rows(engine: AsyncEngine, query: TextClause, **parameters: Any) -> JSONResponse:
    async with engine.connect() as connection:
        rows = (await connection.execute(query, parameters)).mappings()
        shown = [{to_camel(name): value for name, value in row.items() if value is not None} for row in rows]
    return JSONResponse(to_jsonable_python(shown))
