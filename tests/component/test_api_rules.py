"""What every answer of a service has in common, whatever was asked."""

from passend_contracts.envelope import BATCH, STRUCTURED, encode

from services.chassis.http import SECURITY_HEADERS
from services.chassis.testing import RunningService
from tests.builders.events import BOARD, GEMEENTE, a_support_requested
from tests.component.issuer import Issuer, bearer

DOOR = "/v1/gebeurtenissen"


async def test_every_answer_names_the_version_of_the_api_and_is_safe_to_show(intake: RunningService, issuer: Issuer) -> None:
    own = bearer(issuer.token(BOARD))
    one, batch = own | {"Content-Type": STRUCTURED}, own | {"Content-Type": BATCH}
    body, http = encode(request := a_support_requested()), intake.http
    answers = [
        await http.post(DOOR, content=body, headers=one),
        await http.post(DOOR, content=body, headers=one),
        await http.post(DOOR, content=b"[]", headers=batch),
        await http.post(DOOR, content=b"{", headers=one),
        await http.post(DOOR, content=body),
        await http.post(DOOR, content=body, headers=one | bearer(issuer.token(GEMEENTE))),
        await http.get(DOOR, headers=own),
        await http.post(DOOR, content=b" " * 10_000_001, headers=batch),
        await http.get(f"/v1/zaken/{request.subject}/", headers=own),
        await http.get("/nothing"),
        await http.get("/health/live"),
        await http.get("/health/ready"),
        await http.get("/metrics"),
        await http.get("/v1/openapi.json"),
    ]
    assert [answer.status_code for answer in answers] == [202, 200, 200, 400, 401, 403, 405, 413, 404, 404, 200, 200, 200, 200]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
