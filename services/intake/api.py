"""HTTP of intake: a board reads its own cases; what boards send comes in by the door, which the chassis keeps."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from passend_contracts.enclosures import DOOR_KEYS, Keys, Kind
from passend_contracts.vocabulary import is_uuid
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from services.chassis import http
from services.chassis.runtime import Parts
from services.intake import store
from services.intake.domain.case import Case
from services.intake.domain.history import Entry


class _Shown(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class ShownObligation(_Shown):
    """What somebody must do by a date."""

    kind: str
    owner: str
    due: date
    ground: str


class ShownEntry(_Shown):
    """A line of the history."""

    at: datetime
    event: str
    by: str


class Zaak(_Shown):
    """A case as its board sees it (zaak)."""

    id: str
    school: str
    state: str
    next_step: ShownObligation | None = None
    obligations: list[ShownObligation]
    history: list[ShownEntry]


class DoorKeys(_Shown):
    """The keys of the door: for each kind of enclosure the services to seal it to, and for each of those its JWKS."""

    kinds: Mapping[Kind, tuple[str, ...]]
    keys: Mapping[str, dict[str, Any]]


SEALED_TO = sorted({service for services in DOOR_KEYS.values() for service in services})


def routes(parts: Parts) -> APIRouter:
    """The routes of intake."""
    router = APIRouter()
    engine = parts.engine.execution_options(isolation_level="REPEATABLE READ")  # a case, its obligations and history as of one moment

    @router.get(
        "/v1/zaken/{case_id}", response_model=Zaak, response_model_exclude_none=True, summary="State, next step and history of a case"
    )
    async def zaak(case_id: str, request: Request) -> Zaak | JSONResponse:
        principal = await parts.tokens.principal(request.headers.get("authorization"))
        if not is_uuid(case_id):
            return _not_found()
        async with engine.connect() as connection:
            case = (await store.load(connection, [case_id])).get(case_id)
            if not isinstance(case, Case) or principal.party != case.board:  # the zorgplicht is the board's, and so is the case
                return _not_found()
            return _zaak(case, await store.history(connection, case_id))

    @router.get("/v1/deursleutels", summary="The public keys to which a school seals, and which kind to whose")
    async def deursleutels() -> DoorKeys:
        return DoorKeys(kinds=DOOR_KEYS, keys={service: parts.keys.public.get(service, Keys()).to_jwks() for service in SEALED_TO})

    return router


def _not_found() -> JSONResponse:
    """The same answer for a case that is not there and for another board's: who asks learns nothing of it."""
    return http.problem(404, "Not found", "There is no such case, or it is not your board's.")


def _zaak(case: Case, history: list[Entry]) -> Zaak:
    return Zaak(
        id=case.id,
        school=case.school,
        state=case.outcome or "open",
        next_step=_obligation(case.next_step) if case.next_step else None,
        obligations=[_obligation(each) for each in case.obligations],
        history=[ShownEntry(at=line.at, event=line.event, by=line.by) for line in history if case.may_show(line)],
    )


def _obligation(obligation: object) -> ShownObligation:
    return ShownObligation.model_validate(obligation, from_attributes=True)
