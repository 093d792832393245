"""A region beside another one that plays the same parties: an answer that was given already is none of its own, and stops nothing."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from passend_contracts.enclosures import DOOR_KEYS

from deploy.embedded.processes import Ports
from deploy.simulator.doors import Doors, Topics
from deploy.simulator.region import ANSWER, Doing, Region
from tests.builders.events import BOARD, a_support_requested
from tests.builders.keys import KEYS

SERVICES = ("intake", "jgt_bridge", "notify")
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def door(*codes: str) -> Callable[[httpx.Request], httpx.Response]:
    """A door that sends every event back, for these reasons."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "invented"})
        if request.url.path == "/v1/deursleutels":
            return httpx.Response(200, json={"kinds": DOOR_KEYS, "keys": {service: KEYS[service].to_jwks() for service in SERVICES}})
        problem = {"errors": [{"code": code} for code in codes]}
        return httpx.Response(200, json=[{"status": 400, "problem": problem}] if request.content != b"[]" else [])

    return answer


async def told(kind: str, *codes: str) -> tuple[Region, str]:
    """A region after it told one event of that kind to such a door, and what it noted as sent."""
    sent = io.StringIO()
    async with httpx.AsyncClient(transport=httpx.MockTransport(door(*codes))) as client:
        ports = Ports()
        region = Region(Doors(client, ports), Topics(ports.kafka, [], from_now=True), {}, lambda at, _days: at, sent)
        await region.do([Doing(BOARD, a_support_requested(str(uuid4()), time=NOW), kind)])
    return region, sent.getvalue()


async def test_an_answer_that_another_simulation_gave_is_counted_and_not_noted_as_sent() -> None:
    region, sent = await told(ANSWER, "id-reused")
    assert (region.counts["answers that another simulation had given"], region.counts["events"], sent) == (1, 0, "")


@pytest.mark.parametrize(("kind", "code"), [(ANSWER, "unknown-field"), ("a life", "id-reused")])
async def test_whatever_else_is_sent_back_is_a_mistake_of_the_simulator(kind: str, code: str) -> None:
    with pytest.raises(RuntimeError, match="a door sent back"):
        await told(kind, code)
