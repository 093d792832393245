"""Whatever comes over HTTP is no server error, and is answered as the OpenAPI document says; Schemathesis makes the requests from that."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings as bounded
from hypothesis.errors import Unsatisfiable
from passend_contracts.envelope import encode
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from services.chassis.settings import Settings
from services.intake import app as intake
from services.jgt_bridge import app as jgt_bridge
from services.placement import app as placement
from tests.builders.events import BOARD, GEMEENTE, GEMEENTE_SYSTEM, SCHOOL_SYSTEM, SWV, a_support_requested
from tests.component.conftest import Tokens, run, settings_of
from tests.component.issuer import Issuer
from tests.component.placement.office import Office
from tests.pairs.pair import Pair
from tests.running import RunningService

EACH = 5
"""Good and bad requests, so many of each, to every route."""
AS_DESCRIBED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass(frozen=True)
class Side:
    """The HTTP side of a service, and who comes to it."""

    name: str
    build: Callable[[Settings], FastAPI]
    party: str
    system: str = ""


SIDES = (
    Side(intake.NAME, intake.build, BOARD, SCHOOL_SYSTEM),
    Side(jgt_bridge.NAME, jgt_bridge.build, GEMEENTE, GEMEENTE_SYSTEM),
    Side(placement.NAME, placement.build, SWV),
)


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.name)
async def test_any_request_is_answered_as_described(pair: Pair, issuer: Issuer, tokens: Tokens, side: Side) -> None:
    settings = settings_of(pair, side.name)
    described = set(side.build(settings).openapi()["paths"])
    cases = list(requests(side.build(settings)))  # it takes seconds, in which a running service would lose Kafka
    async with run(pair, side.name, side.build, **issuer.settings) as service:
        there = await ids(service, tokens)
        for case in cases[::2]:
            mean_well(case, side, there)
        answers = [await answered(service, case, tokens(side.party, "events cases operator")) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        case.validate_response(answer, checks=AS_DESCRIBED if case.path in described else [not_a_server_error])
    assert {answer.is_success for case, answer in zip(cases, answers, strict=True) if case.method != "GET"} == {True, False}


async def ids(service: RunningService, tokens: Tokens) -> dict[str, str]:
    """What a path may name that is there."""
    if service.name == placement.NAME:
        office = Office(service, tokens)
        case = await office.a_case()
        return {"zaak": case, "verzoek": await office.an_arrangement(case), "vestiging": "90AN00"}
    if service.name == intake.NAME:
        event = a_support_requested()
        headers = tokens(BOARD) | {"Content-Type": "application/cloudevents+json"}
        await service.http.post("/v1/gebeurtenissen", content=encode(event), headers=headers)
        return {"case_id": event.subject}
    return {}


def requests(app: FastAPI) -> Iterator[Case[Any]]:
    """Requests to every route, those that the document leaves out included."""
    for route in app.routes:
        for each in (route, *getattr(getattr(route, "original_router", None), "routes", ())):
            if isinstance(each, APIRoute):
                each.include_in_schema = True
    for methods in schemathesis.openapi.from_dict(app.openapi()).values():
        for operation in methods.values():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                yield from drawn(operation, mode)


def drawn(operation: Any, mode: GenerationMode) -> list[Case[Any]]:
    """Requests to one route; none where none can be bad."""
    cases: list[Case[Any]] = []

    @bounded(max_examples=EACH, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(operation.as_strategy(generation_mode=mode))
    def draw(case: Case[Any]) -> None:
        cases.append(case)

    with suppress(Unsatisfiable):
        draw()
    return cases


def mean_well(case: Case[Any], side: Side, there: dict[str, str]) -> None:
    """Give what no document can say: whose system sends, that it is now, what there is, a new key; and leave out what is sealed."""
    case.path_parameters |= {name: there[name] for name in case.path_parameters if name in there}
    case.headers["Idempotency-Key"] = str(uuid4())
    if isinstance(case.body, dict) and "source" in case.body:
        case.body |= {"source": side.system, "time": datetime.now(UTC).isoformat()}
        if isinstance(data := case.body.get("data"), dict):
            data.pop("enclosures", None)


async def answered(service: RunningService, case: Case[Any], headers: dict[str, str]) -> httpx.Response:
    """The answer to it, sent as Schemathesis would send it."""
    wanted = case.as_transport_kwargs(base_url="http://test", headers=headers)
    del wanted["cookies"]
    return await service.http.request(content=wanted.pop("data", None), **wanted)
