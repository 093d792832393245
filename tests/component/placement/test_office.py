"""Who decides for the samenwerkingsverband, on which cases, and what a location's capacity is."""

import re
from uuid import uuid4

import asyncpg
import pytest

from services.chassis.http import PROBLEM
from tests.builders.events import BOARD, GEMEENTE, SWV
from tests.component.placement.office import SBO, Office, a_grant, on
from tests.pairs.pair import Pair


async def test_only_the_samenwerkingsverband_sees_and_decides(office: Office) -> None:
    case = await office.a_case()
    request = await office.an_arrangement(case)
    path = f"/v1/zaken/{case}/arrangementen/{request}/toekenningen"
    for url in ("/v1/zaken", f"/v1/zaken/{case}", "/v1/capaciteiten"):
        assert (await office.service.http.get(url)).status_code == 401
        for party in (BOARD, GEMEENTE):
            assert (await office.service.http.get(url, headers=office.tokens(party))).status_code == 403
    assert (await office.service.http.post(path, json=a_grant())).status_code == 401
    for party in (BOARD, GEMEENTE, "swv2802"):
        answer = await office.post(case, f"arrangementen/{request}/toekenningen", a_grant(), party=party)
        assert (answer.status_code, answer.headers["content-type"]) == (403, PROBLEM)
        assert (await office.agree(SBO, 9, party=party)).status_code == 403
    assert (await office.case(case))["arrangements"][0]["state"] == "requested"


async def test_a_case_or_request_that_nobody_knows_is_not_found(office: Office) -> None:
    case = await office.a_case()
    answers = [
        await office.post(str(uuid4()), "zoekopdrachten", {"kind": "sbo"}),
        await office.post("no-case", "zoekopdrachten", {"kind": "sbo"}),
        await office.post(case, f"arrangementen/{uuid4()}/toekenningen", a_grant()),
        await office.post(case, f"deskundigen/{uuid4()}/verslagen", {"reportedOn": on(0)}),
        await office.service.http.get(f"/v1/zaken/{uuid4()}", headers=office.tokens(SWV)),
        await office.service.http.get("/v1/zaken/no-case", headers=office.tokens(SWV)),
    ]
    assert [(answer.status_code, answer.headers["content-type"]) for answer in answers] == [(404, PROBLEM)] * 6


async def test_a_decision_on_a_parked_case_is_refused_until_it_goes_on(office: Office, pair: Pair) -> None:
    case, key = await office.a_case(), str(uuid4())
    connection = await asyncpg.connect(pair.database_url("placement").replace("+asyncpg", ""))
    await connection.execute("UPDATE case_lock SET parked = true WHERE subject = $1", case)
    parked = await office.post(case, "zoekopdrachten", {"kind": "sbo"}, key=key)
    assert (parked.status_code, parked.json()["rule"], parked.headers["content-type"]) == (409, "case_parked", PROBLEM)
    assert "waits for an operator" in parked.json()["detail"]
    await connection.execute("UPDATE case_lock SET parked = false WHERE subject = $1", case)
    await connection.close()
    assert (await office.post(case, "zoekopdrachten", {"kind": "sbo"}, key=key)).status_code == 201


async def test_a_list_shows_what_waits_and_what_runs(office: Office) -> None:
    quiet, busy = await office.a_case(), await office.a_search()
    listed = await office.service.http.get("/v1/zaken", headers=office.tokens(SWV))
    assert [case["id"] for case in listed.json()] == [busy]
    assert quiet not in listed.text


@pytest.mark.parametrize(("school", "places"), [("90AA00", 3), ("99ZZ00", 3), (SBO, -1), (SBO, "many"), (SBO, None)])
async def test_capacity_is_a_number_of_places_at_a_special_school(office: Office, school: str, places: object) -> None:
    answer = await office.service.http.put(f"/v1/capaciteiten/{school}", json={"places": places}, headers=office.tokens(SWV))
    assert (answer.status_code, len(answer.json()["errors"])) == (400, 1)


async def test_the_api_describes_itself(office: Office) -> None:
    described = (await office.service.http.get("/v1/openapi.json")).json()["paths"]
    form = described["/v1/zaken/{zaak}/aanbiedingen"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(form["required"]) == {"school", "availableFrom", "answerDue"}
    for path, methods in described.items():
        for operation in methods.values():
            named = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
