"""The door over HTTP: POST /v1/gebeurtenissen takes one CloudEvent or a batch, answers when it is committed, and never before."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from passend_contracts import catalogue
from passend_contracts.catalogue import Lane
from passend_contracts.envelope import Envelope, Invalid, decode_http, is_batch
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import described, doors, http, turns
from services.chassis.admission import Admission
from services.chassis.auth import Principal, Tokens
from services.chassis.clock import Clock
from services.chassis.doors import Receipt
from services.chassis.region import Party
from services.chassis.service import Service
from services.chassis.transaction import S


def door_api(
    service: Service[S],
    *,
    engines: Mapping[Lane, AsyncEngine],
    tokens: Tokens,
    clock: Clock,
    wake_workers: Callable[[], None],
) -> APIRouter:
    """The routes of a service's door; `engines` has a pool of connections for each lane, so that a crisis waits for nobody's."""
    routes = APIRouter()
    admissions = {lane: Admission(engine, clock) for lane, engine in engines.items()}

    @routes.post(
        "/v1/gebeurtenissen",
        status_code=202,
        response_model=None,
        summary="Send one event, or a batch",
        responses=described.RECEIPTS,
        openapi_extra=described.events_of(service.door) if service.door else None,
    )
    async def gebeurtenissen(request: Request) -> Response:
        party = _party(service, await tokens.principal(request.headers.get("authorization")))
        if party is None:
            return http.problem(403, "Not your door", f"This door is for a {service.door}; see the catalogue for yours.")
        events = decode_http(request.headers, await http.body(request))
        now = clock.now()
        sealed = [service.keys.sealed(event, party.id, now) async for event in turns.InTurns(events)]
        checked = [doors.check(event, party, now, keys=service.keys) async for event in turns.InTurns(sealed)]
        lane = _lane(checked)
        with turns.work_of(lane):
            answers = await admissions[lane].take_in(checked, party)
        doors.count_rejected(service.name, answers)
        wake_workers()
        if is_batch(request.headers):
            return JSONResponse([_line(answer, service) for answer in answers])
        return _answer(answers[0], service)

    return routes


def _party(service: Service[S], principal: Principal) -> Party | None:
    return next((party for party in service.parties if party.id == principal.party), None)


def _lane(events: Sequence[Envelope | Invalid]) -> Lane:
    """A request with a crisis in it goes by their lane, whole."""
    crises = (isinstance(event, Envelope) and catalogue.of(event.type).lane == "crises" for event in events)
    return "crises" if any(crises) else "cases"


def _answer(answer: Receipt | Invalid, service: Service[Any]) -> Response:
    if isinstance(answer, Invalid):
        raise answer
    headers = {"Location": service.location(answer.case)} if answer.case else {}
    return JSONResponse(_receipt(answer, service), 200 if answer.repeated else 202, headers=headers)


def _receipt(receipt: Receipt, service: Service[Any]) -> dict[str, str]:
    said = {
        "event": receipt.event,
        "receipt": receipt.receipt,
        "receivedAt": receipt.received_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    return said | ({"case": service.location(receipt.case)} if receipt.case else {})


def _line(answer: Receipt | Invalid, service: Service[Any]) -> dict[str, Any]:
    if isinstance(answer, Invalid):
        detail = http.problem_details(400, "The input is not valid", doors.WHAT_TO_DO, answer.problems)
        return {"id": answer.id, "status": 400, "problem": detail}
    receipt = _receipt(answer, service)
    where = {"location": receipt["case"]} if "case" in receipt else {}
    return {"id": answer.event, "status": 200 if answer.repeated else 202, **where, **receipt}
