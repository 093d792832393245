"""The door over HTTP: POST /v1/gebeurtenissen takes one CloudEvent or a batch, answers when it is committed, and never before."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from passend_contracts.envelope import Envelope, Invalid, decode_http, is_batch
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import doors, http
from services.chassis.auth import Principal, Tokens
from services.chassis.doors import Receipt
from services.chassis.region import Party
from services.chassis.service import Service
from services.chassis.transaction import S


def door_api(service: Service[S], *, engine: AsyncEngine, tokens: Tokens, wake_worker: Callable[[], None]) -> APIRouter:
    """The routes of a service's door."""
    routes = APIRouter()

    @routes.post("/v1/gebeurtenissen", status_code=202, response_model=None, summary="Send one event, or a batch")
    async def gebeurtenissen(request: Request) -> Response:
        party = _party(service, await tokens.principal(request.headers.get("authorization")))
        if party is None:
            return http.problem(403, "Not your door", f"This door is for a {service.door}; see the catalogue for yours.")
        body = await _body(request)
        if body is None:
            return http.problem(413, "Too large", "A request holds at most 10 MB; send fewer events at once.")
        events = decode_http(request.headers, body)
        checked = [doors.check(event, party) for event in events]
        async with engine.begin() as connection:
            receipts = iter(await doors.take_in(connection, [event for event in checked if isinstance(event, Envelope)], party))
        answers = [next(receipts) if isinstance(event, Envelope) else event for event in checked]
        wake_worker()
        return _batch_answer(answers, service) if is_batch(request.headers) else _answer(answers[0], service)

    return routes


def _party(service: Service[S], principal: Principal) -> Party | None:
    return next((party for party in service.parties if party.id == principal.party), None)


async def _body(request: Request) -> bytes | None:
    """The whole body, or None as soon as it is too large, whatever its headers said."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > http.MAX_BODY:
            return None
    return bytes(body)


def _answer(answer: Receipt | Invalid, service: Service[Any]) -> Response:
    if isinstance(answer, Invalid):
        raise answer
    return JSONResponse(_receipt(answer, service), 200 if answer.repeated else 202, headers={"Location": service.location(answer.subject)})


def _receipt(receipt: Receipt, service: Service[Any]) -> dict[str, str]:
    return {
        "event": receipt.event,
        "receipt": receipt.receipt,
        "receivedAt": receipt.received_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "case": service.location(receipt.subject),
    }


def _batch_answer(answers: list[Receipt | Invalid], service: Service[Any]) -> Response:
    return JSONResponse([_line(answer, service) for answer in answers], 200)


def _line(answer: Receipt | Invalid, service: Service[Any]) -> dict[str, Any]:
    if isinstance(answer, Invalid):
        detail = http.problem_details(400, "The input is not valid", doors.WHAT_TO_DO, answer.problems)
        return {"id": answer.id, "status": 400, "problem": detail}
    return {
        "id": answer.event,
        "status": 200 if answer.repeated else 202,
        "location": service.location(answer.subject),
        **_receipt(answer, service),
    }
