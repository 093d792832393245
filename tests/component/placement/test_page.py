"""The office's page: only the samenwerkingsverband gets in; a form decides once, and what is wrong is said in plain words."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from passend_contracts.events import ArrangementGranted, PlaceOffered

from services.chassis.http import MAX_BODY, MAX_FORM
from tests.builders.events import BOARD, SWV, a_case_opened
from tests.component.placement.office import GUARD, SBO, Office, a_grant, on


@pytest.fixture
async def page(office: Office) -> httpx.AsyncClient:
    """Somebody of the office, signed in."""
    answer = await sign_in(office, SWV)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
    return office.service.http


async def sign_in(office: Office, party: str) -> httpx.Response:
    token = office.tokens(party)["Authorization"].removeprefix("Bearer ")
    return await office.service.http.post("/aanmelden", content=f"token={quote(token)}")


async def submit(page: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    """A form as a browser sends it: empty fields included, and its own key."""
    return await page.post(path, data={"sleutel": str(uuid4()), "budget": "", "findBy": "", **fields})


def text(answer: httpx.Response) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))


async def test_who_is_not_of_the_samenwerkingsverband_sees_nothing_and_decides_nothing(office: Office) -> None:
    case = await office.a_search()
    http = office.service.http
    first = await http.get("/")
    assert "Aanmelden" in first.text
    assert case not in first.text
    assert [(await sign_in(office, BOARD)).status_code, (await http.post("/aanmelden", content="token=x")).status_code] == [403, 403]
    assert (await submit(http, f"/kantoor/zaken/{case}/aanbiedingen", school=SBO)).status_code == 401
    http.cookies.set("passend_token", office.tokens(BOARD)["Authorization"].removeprefix("Bearer "))
    assert (await submit(http, f"/kantoor/zaken/{case}/aanbiedingen", school=SBO)).status_code == 403
    assert (await http.get("/")).status_code == 403


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    """A body whose length is not said."""
    for _ in range(3):
        yield b"n" * (size // 2)


async def test_what_is_too_large_is_read_no_further_also_by_a_length_that_is_not_said(office: Office) -> None:
    http, case = office.service.http, f"/v1/zaken/{uuid4()}/zoekopdrachten"
    assert (await http.post("/aanmelden", content=in_chunks(MAX_FORM))).status_code == 413
    assert (await http.post(case, content=in_chunks(MAX_BODY), headers=office.tokens(SWV))).status_code == 413


async def test_an_arrangement_is_granted_by_a_form_and_once(office: Office, page: httpx.AsyncClient) -> None:
    case = await office.a_case()
    request = await office.an_arrangement(case)
    shown = await page.get("/")
    path = f"/kantoor/zaken/{case}/arrangementen/{request}/toekenningen"
    assert path in shown.text
    assert "De Waterlelie" in shown.text
    fields = {**a_grant(), "sleutel": str(uuid4())}
    for _ in range(2):  # a double click
        answer = await submit(page, path, **fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/?gedaan")
    [granted] = await office.told(ArrangementGranted, case)
    assert granted.data["hoursPerWeek"] == 8
    assert "Arrangement loopt tot en met" in text(await page.get("/?gedaan"))
    assert await office.all_told(case) == ["arrangement_granted"]


async def test_what_is_wrong_is_said_in_plain_words(office: Office, page: httpx.AsyncClient) -> None:
    case = await office.a_case()
    request = await office.an_arrangement(case)
    path = f"/kantoor/zaken/{case}/arrangementen/{request}"
    empty = await submit(page, f"{path}/toekenningen", hoursPerWeek="", startsOn="", evaluateOn=on(3), endsOn="morgen")
    assert empty.status_code == 400
    assert "Eerste dag: vul dit in" in text(empty)
    assert "Laatste dag: vul een datum in die bestaat" in text(empty)
    many = await submit(page, f"{path}/toekenningen", **{**a_grant(), "hoursPerWeek": "<b>"})
    assert "Uren per week, hoogstens: vul een getal in" in text(many)
    refusal = {"ground": "not_exceptional", "possible": "request_expert"}
    assert (await submit(page, f"{path}/afwijzingen", **refusal)).status_code == 303
    again = await submit(page, f"{path}/afwijzingen", **refusal)
    assert (again.status_code, "Hierover is al beslist." in text(again)) == (409, True)


async def test_a_place_is_sought_and_offered_by_forms(office: Office, page: httpx.AsyncClient) -> None:
    opened = a_case_opened()
    await office.service.deliver(GUARD, opened)
    await office.until(opened.subject, bool)
    assert (await submit(page, "/kantoor/capaciteiten", school="90AA00", places="2")).status_code == 400
    assert (await submit(page, "/kantoor/capaciteiten", school=SBO, places="2")).status_code == 303
    assert (await submit(page, "/kantoor/zoekopdrachten", zaak=opened.subject, kind="sbo")).status_code == 303
    assert "De Steiger (sbo): 2 vrij" in (await page.get("/")).text
    offer = {"school": SBO, "availableFrom": on(10), "answerDue": on(5)}
    assert (await submit(page, f"/kantoor/zaken/{opened.subject}/aanbiedingen", **offer)).status_code == 303
    assert len(await office.told(PlaceOffered, opened.subject)) == 1
    shown = text(await page.get("/"))
    assert "Plek aangeboden op De Steiger (sbo)" in shown
    assert "1 van 2 plekken bezet of aangeboden" in shown
    unknown = await submit(page, "/kantoor/zoekopdrachten", zaak=str(uuid4()), kind="sbo")
    assert (unknown.status_code, "Deze zaak kennen wij niet." in text(unknown)) == (409, True)


async def test_who_signs_out_is_out(office: Office, page: httpx.AsyncClient) -> None:
    assert (await page.get("/")).text.count("Wat wacht op ons?") >= 1
    await page.post("/afmelden")
    assert "Plak hier uw sleutel" in (await page.get("/")).text
