"""HTTP of notify: who is on call reads the open crises."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from services.chassis import http
from services.chassis.runtime import Parts
from services.notify import store


class OpenCrisis(BaseModel):
    """A crisis in which somebody has to help (crisismelding)."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, from_attributes=True)

    id: str
    school: str
    municipality: str
    raised_at: datetime
    urgency: str
    situation: str | None
    state: str
    """How it stands by the school."""
    stage: str
    """Whether somebody is being called (`calling`) or a person has taken it up (`taken`)."""
    called: str | None
    taken_by: str | None
    taken_at: datetime | None


def routes(parts: Parts) -> APIRouter:
    """The routes of notify."""
    router = APIRouter()

    @router.get("/v1/crises", response_model=list[OpenCrisis], response_model_exclude_none=True, summary="The open crises")
    async def crises(request: Request) -> list[OpenCrisis] | JSONResponse:
        principal = await parts.tokens.principal(request.headers.get("authorization"))
        if not principal.may_operate():
            return http.problem(403, "Not allowed", "This list is for who is on call: send a token with the scope `operator`.")
        async with parts.engines["crises"].connect() as connection:
            return [OpenCrisis.model_validate(crisis) for crisis in await store.open_crises(connection)]

    return router
