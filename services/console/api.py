"""HTTP of the console: operators read a case's timeline from the record."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from passend_contracts.vocabulary import is_uuid
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from services.chassis import http
from services.chassis.runtime import Parts
from services.console import record, sessions
from services.console.domain.timeline import Hop, in_causal_order
from services.console.parties import Parties
from services.console.proof.evidence import CaseRecord
from services.console.proof.verdict import Sent, marked, violations
from services.console.reading import stem

SETTLES_WITHIN = timedelta(minutes=1)
"""What was recorded later than this may still be followed by what it leads to."""
Idle = Annotated[bool, Query(description="Nothing is under way any more, so what follows from a record is there: true of simulations.")]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class _Shown(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class ShownHop(_Shown):
    """One record of the case: an event on a topic, or something unreadable with the reasons; an operator reads no content."""

    at: datetime | None
    """When its sender logged it."""
    published_at: datetime
    """When it was put on the topic: between two hops, the time that passed."""
    recorded_at: datetime
    event: str
    type: str | None
    topic: str
    by: str
    id: str | None
    causation_id: str | None
    sequence: str | None
    partition: int
    offset: int
    reasons: tuple[str, ...] | None


class Tijdlijn(_Shown):
    """A case's way through all services (tijdlijn): nothing in it comes before its cause."""

    case_id: str
    hops: list[ShownHop]


class SentEvent(BaseModel):
    """An event as its sender knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(max_length=200)]
    id: Annotated[str, Field(max_length=100)]


class Gestuurd(BaseModel):
    """What senders say they sent, to be held against the record."""

    model_config = ConfigDict(extra="forbid")

    sent: Annotated[list[SentEvent], Field(max_length=10_000)]


class Uitkomst(_Shown):
    """Which of these events the record holds neither as a fact nor as refused."""

    without_outcome: list[SentEvent]


class ShownViolation(_Shown):
    """One case and moment for which the guarantee does not hold."""

    rule: str
    case: str
    at: datetime
    what: str
    events: tuple[str, ...]


class Bewijs(_Shown):
    """What the record proves (bewijs): for how much it was checked, and where it does not hold."""

    records: int
    cases: int
    fingerprint: str
    """The same for records of the same events with the same data, in whatever order they came."""
    violations: list[ShownViolation]


def routes(parts: Parts, parties: Parties) -> APIRouter:
    """The routes of the console."""
    router = APIRouter()
    _add_proof(router, parts, parties)

    @router.get(
        "/v1/tijdlijnen/{case_id}",
        response_model=Tijdlijn,
        response_model_exclude_none=True,
        summary="All that stands under the id of a case or crisis",
    )
    async def tijdlijn(case_id: str, request: Request) -> Tijdlijn | JSONResponse:
        if not await _operates(parts, parties, request):
            return _operators_only()
        if not is_uuid(case_id):
            return _unknown()
        async with parts.engine.connect() as connection:
            hops = in_causal_order(await record.of_case(connection, case_id))
        return Tijdlijn(case_id=case_id, hops=[_shown(hop, parties) for hop in hops]) if hops else _unknown()

    @router.api_route("/v1/{_:path}", methods=METHODS, include_in_schema=False)
    async def nothing_here() -> JSONResponse:
        """The pages stand under everything else: without this, a program with a wrong path would get one of them."""
        return http.problem(404, "Not found", "There is no such resource; see the API's description at /v1/openapi.json.")

    return router


async def _operates(parts: Parts, parties: Parties, request: Request) -> bool:
    """Whether an operator asks: by the same rule as for the pages."""
    principal = await parts.tokens.principal(request.headers.get("authorization"))
    visitor = sessions.visitor(principal, parties.known)
    return visitor is not None and visitor.operates


def _add_proof(router: APIRouter, parts: Parts, parties: Parties) -> None:
    engine = parts.engine.execution_options(isolation_level="REPEATABLE READ")  # the whole record as of one moment

    @router.get("/v1/bewijs", response_model=Bewijs, summary="Check the guarantee from the record alone")
    async def bewijs(request: Request, idle: Idle = False) -> Bewijs | JSONResponse:  # noqa: FBT002 -- a query parameter
        if not await _operates(parts, parties, request):
            return _operators_only()
        proof, fingerprint = Bewijs(records=0, cases=0, fingerprint="", violations=[]), 0
        now, settled = parts.clock.now(), datetime.now(UTC) - (timedelta() if idle else SETTLES_WITHIN)
        async with engine.connect() as connection:
            async for case, hops in record.by_case(connection):
                proof.records += len(hops)
                proof.cases += 1
                found = violations(CaseRecord(case, hops, now, settled, parties.speaker))
                proof.violations += [ShownViolation.model_validate(each._asdict()) for each in found]
                fingerprint ^= marked(hops)
        proof.fingerprint = f"{fingerprint:016x}"
        return proof

    @router.post(
        "/v1/uitkomsten",
        response_model=Uitkomst,
        summary="Which of these events have no outcome in the record",
        max_body_size=http.MAX_BODY,
    )
    async def uitkomsten(gestuurd: Gestuurd, request: Request) -> Uitkomst | JSONResponse:
        if not await _operates(parts, parties, request):
            return _operators_only()
        sent = {Sent(each.source, each.id) for each in gestuurd.sent}
        async with engine.connect() as connection:
            missing = sent - await record.with_outcome(connection, sorted(sent))
        return Uitkomst(without_outcome=[SentEvent(**each._asdict()) for each in sorted(missing)])


def _operators_only() -> JSONResponse:
    return http.problem(403, "Not allowed", "The record is for operators: send a token with the scope `operator`.")


def _unknown() -> JSONResponse:
    return http.problem(404, "Not found", "The record holds no such case.")


def _shown(hop: Hop, parties: Parties) -> ShownHop:
    return ShownHop(
        at=hop.time,
        published_at=hop.published_at,
        recorded_at=hop.recorded_at,
        event=stem(hop.type) if hop.type else "unreadable",
        type=hop.type,
        topic=hop.topic,
        by=parties.speaker(hop),
        id=hop.id,
        causation_id=hop.cause,
        sequence=hop.sequence,
        partition=hop.partition,
        offset=hop.offset,
        reasons=hop.reasons or None,
    )
