"""HTTP of jgt_bridge: a gemeente reads the referrals that were sent to it; its answers come in by the door, which the chassis keeps."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from passend_contracts.vocabulary import is_uuid
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from services.chassis import http
from services.chassis.runtime import Parts
from services.jgt_bridge import store
from services.jgt_bridge.domain.referral import State

SEEN_BY_GEMEENTE = frozenset({State.SENT, State.ACCEPTED, State.DECLINED, State.RECALLED})


class Verwijzing(BaseModel):
    """A referral as the gemeente that was asked sees it (verwijzing)."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    case_id: str
    referral: str
    state: str


def routes(parts: Parts) -> APIRouter:
    """The routes of jgt_bridge."""
    router = APIRouter()

    @router.get("/v1/verwijzingen/{case_id}", response_model=Verwijzing, summary="How far a referral is")
    async def verwijzing(case_id: str, request: Request) -> Verwijzing | JSONResponse:
        principal = await parts.tokens.principal(request.headers.get("authorization"))
        if not is_uuid(case_id):
            return _not_found()
        async with parts.engine.connect() as connection:
            referral = (await store.load(connection, [case_id])).get(case_id)
        if referral is None or referral.municipality != principal.party or referral.state not in SEEN_BY_GEMEENTE:
            return _not_found()
        return Verwijzing(case_id=case_id, referral=referral.referral_id or "", state=referral.state.value)

    return router


def _not_found() -> JSONResponse:
    return http.problem(404, "Not found", "There is no such referral, or it was not sent to your gemeente.")
