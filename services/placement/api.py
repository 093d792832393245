"""HTTP of placement: people of the samenwerkingsverband see what waits for them and decide; boards come to intake's door."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from passend_contracts.envelope import Invalid, Problem
from passend_contracts.vocabulary import is_uuid
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from services.chassis import http
from services.chassis.commands import Refusal, refused
from services.placement.decisions import DECISIONS, Capaciteit, Decision, Form, Office
from services.placement.domain.case import Case
from services.placement.domain.rules import KNOWN_CASE, KNOWN_REQUEST

NOT_FOUND = frozenset({KNOWN_CASE.rule, KNOWN_REQUEST.rule})
REQUEST = {"name": "verzoek", "in": "path", "required": True, "schema": {"type": "string"}, "description": "The id of the board's request."}
Key = Annotated[str | None, Header(alias="Idempotency-Key", description="A UUID: the decision's own id, the same at every repetition.")]


class _Shown(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, from_attributes=True)


class Toegekend(_Shown):
    """What was granted."""

    starts_on: date
    evaluate_on: date
    ends_on: date
    hours_per_week: int | None = None
    budget: int | None = None


class ShownArrangement(_Shown):
    """A request for an arrangement (aanvraag arrangement) and what became of it."""

    request: str
    kind: str
    requested_on: date
    wanted_from: date
    wanted_until: date
    hours_wanted: int | None = None
    state: str
    grant: Toegekend | None = None


class Deskundige(_Shown):
    """A request for an expert (aanvraag deskundige) and what became of it."""

    request: str
    discipline: str
    requested_on: date
    state: str
    provider: str | None = None
    report_due: date | None = None


class ShownOffer(_Shown):
    """The offer of a place (aanbod)."""

    id: str
    school: str
    available_from: date
    answer_due: date


class Plaats(_Shown):
    """How far the way to another school is (plaats)."""

    kind: str
    state: str
    sought_on: date
    find_by: date
    starts_on: date | None = None
    offer: ShownOffer | None = None


class Zaak(_Shown):
    """A case as the samenwerkingsverband sees it (zaak): its own part, and nothing of others."""

    id: str
    board: str
    school: str | None = None
    is_open: bool
    arrangements: list[ShownArrangement]
    experts: list[Deskundige]
    place: Plaats | None = None


class ShownCapacity(_Shown):
    """The places of one location (capaciteit)."""

    school: str
    places: int
    taken: int


def routes(office: Office) -> APIRouter:
    """The routes of placement."""
    router = APIRouter()
    _add_views(router, office)
    for decision in DECISIONS.values():
        _add_decision(router, office, decision)
    return router


def _add_views(router: APIRouter, office: Office) -> None:
    @router.get(
        "/v1/zaken", response_model=list[Zaak], response_model_exclude_none=True, summary="The cases with open work or running support"
    )
    async def zaken(request: Request) -> list[Case]:
        await office.let_in(request.headers.get("authorization"))
        return await office.open_work()

    @router.get(
        "/v1/zaken/{zaak}", response_model=Zaak, response_model_exclude_none=True, summary="The samenwerkingsverband's part in a case"
    )
    async def zaak(zaak: str, request: Request) -> Case | JSONResponse:
        await office.let_in(request.headers.get("authorization"))
        case = await office.case(zaak) if is_uuid(zaak) else None
        return case or http.problem(404, "Not found", "Placement knows no such case.")

    @router.get("/v1/capaciteiten", response_model=list[ShownCapacity], summary="The places of each location, and how many are taken")
    async def capaciteiten(request: Request) -> Any:
        await office.let_in(request.headers.get("authorization"))
        return await office.capacities()

    @router.put(
        "/v1/capaciteiten/{vestiging}",
        status_code=204,
        openapi_extra=_body(Capaciteit),
        summary="Say how many places a location has in all",
    )
    async def capaciteit(vestiging: str, request: Request) -> Response:
        await office.let_in(request.headers.get("authorization"))
        await office.agree_capacity(vestiging, await _content(request))
        return Response(status_code=204)


def _add_decision(router: APIRouter, office: Office, decision: Decision) -> None:
    @router.post(
        f"/v1/zaken/{{zaak}}/{decision.path}",
        status_code=201,
        response_model=Zaak,
        response_model_exclude_none=True,
        openapi_extra=_body(decision.form) | ({"parameters": [REQUEST]} if "{verzoek}" in decision.path else {}),
        name=decision.name,
        summary=(decision.form.__doc__ or "").strip(),
    )
    async def decide(zaak: str, request: Request, response: Response, key: Key = None) -> Any:
        await office.let_in(request.headers.get("authorization"))
        outcome = await office.decide(decision, zaak, request.path_params.get("verzoek", ""), await _content(request), key)
        if isinstance(outcome, Refusal):
            return refused(outcome, 404 if outcome.rule in NOT_FOUND else 409)
        response.headers["Location"] = f"/v1/zaken/{zaak}"
        response.status_code = 200 if outcome.repeated else 201
        return await office.case(zaak)


async def _content(request: Request) -> Any:
    try:
        return from_json(await http.body(request))
    except ValueError:
        raise Invalid([Problem("$", "bad-json", "this is not JSON; send one JSON object")]) from None


def _body(form: type[Form]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": form.model_json_schema()}}}}
