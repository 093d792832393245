"""Who may see what: each role on its own pages and on everybody else's, and nobody without a session."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from passend_contracts.events import CaseParked, CrisisAcknowledged, NotificationDelivered, NotificationFailed

from deploy.embedded import issuer as demonstration
from services.chassis.http import MAX_FORM
from services.console import app as console_app
from services.console.domain.visitor import LISTS, List, Role
from services.console.pages.door import COOKIE
from services.console.store import PER_PAGE
from tests.builders.events import (
    BOARD,
    GEMEENTE,
    GEMEENTE_SYSTEM,
    NOW,
    OTHER_BOARD,
    OTHER_GEMEENTE,
    OTHER_SCHOOL_SYSTEM,
    SWV,
    a_consent_given,
    a_consent_withdrawn,
    a_crisis_raised,
    a_parents_consulted,
    a_referral,
    a_support_requested,
    an_acceptance,
    an_arrangement_requested,
)
from tests.component.conftest import run
from tests.component.console.conftest import Rows
from tests.component.console.told import (
    CRISES,
    DEAD,
    GUARD,
    NOTIFY,
    PEOPLE,
    RECEIPTS,
    SCHOOL,
    STATUS,
    TEAM,
    a_case_opened,
    a_next_step_set,
    owed,
)
from tests.component.issuer import Issuer
from tests.component.terminal import answering
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.running import RunningService, an_event

PARTIES = {Role.BOARD: BOARD, Role.SWV: SWV, Role.GEMEENTE: GEMEENTE, Role.OPERATOR: "console"}
Enter = Callable[[str], Awaitable[httpx.AsyncClient]]


@dataclass
class Told:
    """A case at every service, and a crisis beside it."""

    case: str
    crisis: str


@pytest.fixture
async def enter(console: RunningService, issuer: Issuer) -> AsyncIterator[Enter]:
    """Signs somebody of that party in, in a browser of their own."""
    browsers: list[httpx.AsyncClient] = []

    async def sign_in(party: str) -> httpx.AsyncClient:
        browser = httpx.AsyncClient(transport=httpx.ASGITransport(console.app), base_url="http://test")
        browsers.append(browser)
        token = issuer.token(party, scope="operator" if party == "console" else "events cases")
        answer = await browser.post("/aanmelden", data={"token": token})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        return browser

    yield sign_in
    for browser in browsers:
        await browser.aclose()


@pytest.fixture
async def told(console: RunningService, rows: Rows) -> Told:
    request = a_support_requested(producer="intake")
    case = request.subject
    referral, crisis = a_referral(case), a_crisis_raised(case_id=case)
    fault = CaseParked(event=str(uuid4()), fault="KeyError", place="store.py:12", release_due=NOW)
    step = a_next_step_set(
        case, owed("refer", owner="jgt_bridge"), owed("consult_parents", days=-1), owed("decide_arrangement", owner="swv2801")
    )
    records = [
        (SCHOOL, request),
        (GUARD, a_case_opened(case)),
        (GUARD, step),
        (SCHOOL, a_parents_consulted(case, producer="intake")),
        ("school.requests.v1", an_arrangement_requested(case, producer="intake")),
        (STATUS, referral),
        (TEAM, referral),
        (STATUS, an_acceptance(referral, source=GEMEENTE_SYSTEM, producer="jgt_bridge")),
        (DEAD, an_event(fault, source="urn:nld:hr:kvknummer:90002801:systeem:passend-jgt-bridge", subject=case, producer="jgt_bridge")),
        (CRISES, crisis),
    ]
    for topic, event in records:
        await console.deliver(topic, event)
    await rows("SELECT 1 FROM record", at_least=len(records))
    return Told(case, crisis.subject)


async def test_nobody_sees_anything_without_a_session(console: RunningService, told: Told) -> None:
    for path in ("/", *(f"/{each}" for each in List), f"/zaak/{told.case}", f"/crisis/{told.crisis}", "/no-such-page"):
        for cookies in ({}, {COOKIE: "made-up"}):
            answer = await console.http.get(path, headers={"Cookie": "; ".join(f"{n}={v}" for n, v in cookies.items())})
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/aanmelden"), path
            assert answer.text == ""


async def test_each_role_has_its_own_lists_and_no_others(enter: Enter, told: Told) -> None:
    for role, party in PARTIES.items():
        browser = await enter(party)
        seen = {each for each in List if (await browser.get(f"/{each}")).status_code == 200}
        assert seen == set(LISTS[role]), role
        missing = await browser.get("/no-such-page")
        others = {(await browser.get(f"/{each}")).text for each in List if each not in seen}
        assert others == {missing.text}, "what is not for somebody looks like what is not there"


async def test_a_case_is_opened_by_its_own_people_only(enter: Enter, told: Told) -> None:
    case, crisis, unknown = f"/zaak/{told.case}", f"/crisis/{told.crisis}", f"/zaak/{uuid4()}"
    may = {
        BOARD: (200, 200),
        OTHER_BOARD: (404, 404),
        SWV: (200, 200),
        GEMEENTE: (200, 404),
        OTHER_GEMEENTE: (404, 404),
        "console": (200, 200),
    }
    for party, expected in may.items():
        browser = await enter(party)
        got = [(await browser.get(path)).status_code for path in (case, crisis, unknown, f"{case}x", "/zaak/' OR 1=1", "/zaken?blad=0")]
        assert (*got,) == (*expected, 404, 404, 404, 404), party


async def test_a_board_that_raises_a_crisis_under_the_id_of_anothers_case_learns_nothing_of_that_case(
    console: RunningService, enter: Enter, told: Told, rows: Rows
) -> None:
    crisis = replace(a_crisis_raised(told.case, source=OTHER_SCHOOL_SYSTEM, producer="intake"), id=str(uuid4()))
    message: dict[str, Any] = {"message": str(uuid4()), "channel": "email", "attempts": 1, "delivered_at": NOW}
    call = NotificationDelivered(**message, about="crisis_call", role="crisis_contact")
    lateness = NotificationFailed(
        message=str(uuid4()), about="case_escalated", role="swv_director", channel="email", attempts=1, reason="deferred", failed_at=NOW
    )
    taken = CrisisAcknowledged(home_municipality=GEMEENTE, acknowledged_by="crisis_contact", acknowledged_at=NOW)
    before = len(await rows("SELECT 1 FROM record"))
    await console.deliver(CRISES, crisis)
    for topic, data in ((RECEIPTS, call), (RECEIPTS, lateness), (PEOPLE, taken)):
        await console.deliver(topic, an_event(data, source=NOTIFY, subject=told.case, producer="notify"))
    await rows("SELECT 1 FROM record", at_least=before + 4)
    of_crisis = ["School meldt een crisis", "Een bericht is bezorgd", "Iemand heeft de crisis opgepakt"]
    of_case = ["School vraagt hulp", "Zaak geopend", "Volgende stap", "Een bericht kwam nog niet aan"]

    async def seen(party: str, page: str) -> list[str]:
        shown = (await (await enter(party)).get(f"/{page}/{told.case}")).text
        return [text for text in (*of_crisis, *of_case) if text in shown.partition('class="hops"')[2]]

    assert await seen(OTHER_BOARD, "crisis") == of_crisis
    assert await seen(OTHER_BOARD, "zaak") == []
    assert await seen(BOARD, "crisis") == []
    assert await seen(BOARD, "zaak") == of_case
    assert await seen(SWV, "crisis") == ["School meldt een crisis", "Iemand heeft de crisis opgepakt"]
    assert await seen("console", "zaak") == await seen("console", "crisis") == [*of_crisis, *of_case], "as `passend trace` has it"


YOUTH_CARE = ("jeugdteam", "Jeugdbrug", "Gemeente Leiden", "toestemming", "met de ouders gepraat")


async def test_the_samenwerkingsverband_sees_a_step_with_a_third_party_and_no_youth_care(enter: Enter, told: Told) -> None:
    browser = await enter(SWV)
    for path in ("/", "/zaken", "/te-laat", "/werklijst", "/bij-anderen", f"/zaak/{told.case}"):
        page = (await browser.get(path)).text
        assert [word for word in YOUTH_CARE if word in page] == [], path
    page = (await browser.get(f"/zaak/{told.case}")).text
    assert all(text in page for text in ("De volgende stap zetten", "Een andere organisatie", "School vraagt een arrangement aan"))
    assert f'href="/crisis/{told.crisis}"' in page, "and that the child is in a crisis"
    assert "Beslissen over het arrangement" in (await browser.get("/werklijst")).text


async def test_a_school_hears_from_the_team_only_as_long_as_the_parents_let_it(
    console: RunningService, enter: Enter, told: Told, rows: Rows
) -> None:
    browser, answer = await enter(BOARD), "Jeugdteam gaat helpen"
    page = (await browser.get(f"/zaak/{told.case}")).text
    assert "Verwezen naar het jeugdteam" in page, "it is the school that refers"
    assert answer not in page
    for number, (change, hears) in enumerate(((a_consent_given, True), (a_consent_withdrawn, False)), start=1):
        await console.deliver(SCHOOL, change(told.case, "feedback_to_school", producer="intake"))
        await rows(f"SELECT 1 FROM record WHERE subject = '{told.case}' AND type LIKE '%.consent-%'", at_least=number)
        assert (answer in (await browser.get(f"/zaak/{told.case}")).text) is hears


async def test_a_gemeente_sees_what_is_addressed_to_it_and_what_it_said(enter: Enter, told: Told) -> None:
    page = (await (await enter(GEMEENTE)).get(f"/zaak/{told.case}")).text
    assert all(text in page for text in ("Verwezen naar het jeugdteam", "Jeugdteam gaat helpen", "Aangenomen"))
    others = ("School vraagt hulp", "met de ouders gepraat", "arrangement", "Volgende stap bepaald", "Wie is aan zet", "een fout bij ons")
    assert [text for text in others if text in page] == []


async def test_an_operator_sees_ids_states_and_times_and_no_content(enter: Enter, told: Told) -> None:
    browser = await enter("console")
    page = (await browser.get(f"/zaak/{told.case}")).text
    assert all(text in page for text in ("dlq.jgt_bridge.v1/0/", "guard.cases.v1/", "geen inhoud"))
    content = ("Praten met de ouders", "Beslissen over het arrangement", "De Waterlelie", "uiterlijk")
    assert [text for text in content if text in page] == []
    parked = (await browser.get("/geparkeerd")).text
    assert all(text in parked for text in (told.case, "KeyError in store.py:12"))
    assert "De Waterlelie" not in parked


async def test_a_long_list_comes_in_pages_and_an_empty_one_says_so(console: RunningService, enter: Enter, rows: Rows) -> None:
    browser = await enter(SWV)
    assert "Ieder kind heeft een volgende stap. Zo hoort het" in (await browser.get("/zonder-stap")).text
    assert "Er wacht nu niets op ons." in (await browser.get("/werklijst?soort=find_place")).text
    duties = [("decide_arrangement", 60 - number) for number in range(PER_PAGE + 1)] + [("find_place", 90)]
    for kind, days in duties:
        await console.deliver(GUARD, a_next_step_set(str(uuid4()), owed(kind, days=days, owner=SWV)))
    await rows("SELECT 1 FROM case_overview", at_least=len(duties))
    first, second = (await browser.get("/werklijst")).text, (await browser.get("/werklijst?blad=2")).text
    assert (first.count('id="z-'), second.count('id="z-')) == (PER_PAGE, 2)
    assert first.index("nog 10 dagen") < first.index("nog 11 dagen"), "soonest due first"
    assert all(text in first for text in ("Bladzijde 1 van 2, 52 in totaal", "/werklijst?blad=2", "Beslissen over het arrangement 51"))
    searched = (await browser.get("/werklijst?soort=find_place")).text
    assert (searched.count('id="z-'), "nog 90 dagen" in searched) == (1, True)
    for nowhere in ("blad=3", "blad=0", "blad=-1", "blad=x", "blad=99999999", "soort=%27", "soort=A"):
        assert (await browser.get(f"/werklijst?{nowhere}")).status_code == 404, nowhere


async def test_a_session_ends_when_somebody_signs_out_and_its_cookie_is_out_of_reach(enter: Enter, told: Told, rows: Rows) -> None:
    browser = await enter(SWV)
    [cookie] = [each for each in browser.cookies.jar if each.name == COOKIE]
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    key = browser.cookies[COOKIE]
    assert key not in str(await rows("SELECT * FROM session")), "the table lets nobody in"
    assert (await browser.post("/afmelden")).status_code == 303
    answer = await browser.get("/", headers={"Cookie": f"{COOKIE}={key}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/aanmelden")


async def test_the_door_leads_back_to_a_place_on_this_site_only(console: RunningService, issuer: Issuer) -> None:
    ways = {"/zaak/1": "/zaak/1", "//elsewhere.example/x": "/", "https://elsewhere.example": "/", "/\\elsewhere.example": "/"}
    for wanted, led in ways.items():
        answer = await console.http.post("/aanmelden", data={"token": issuer.token(SWV), "verder": wanted})
        assert (answer.status_code, answer.headers["location"]) == (303, led)
    for token in ("", "nonsense", issuer.token("bg99999"), issuer.token(SWV, exp=1)):
        answer = await console.http.post("/aanmelden", data={"token": token})
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_nobody_has_to_be_let_in_to_be_told_that_a_form_is_too_large(console: RunningService) -> None:
    async def in_chunks() -> AsyncIterator[bytes]:  # so its length is not said
        for _ in range(3):
            yield b"n" * (MAX_FORM // 2)

    assert (await console.http.post("/aanmelden", content=in_chunks())).status_code == 413


async def test_a_browser_loads_nothing_from_elsewhere_and_runs_nothing_that_stands_in_a_page(console: RunningService, enter: Enter) -> None:
    browser = await enter(SWV)
    for path in ("/aanmelden", "/", "/zaken", "/no-such-page"):
        rule = (await browser.get(path)).headers["content-security-policy"]
        assert all(part in rule for part in ("default-src 'none'", "script-src 'self'", "form-action 'self'", "frame-ancestors 'none'"))
        assert "unsafe" not in rule


async def test_a_page_that_did_not_change_is_not_built_again(console: RunningService, enter: Enter, told: Told, rows: Rows) -> None:
    browser = await enter(BOARD)
    first = await browser.get("/")
    again = await browser.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) in {(304, b""), (200, again.content)}, "a minute may have passed"
    await console.deliver(GUARD, a_case_opened())
    await rows("SELECT 1 FROM case_overview", at_least=2)
    assert (await browser.get("/", headers={"If-None-Match": first.headers["etag"]})).status_code == 200
    other = await enter(SWV)
    assert (await other.get("/", headers={"If-None-Match": first.headers["etag"]})).status_code == 200


@pytest.fixture
async def demo(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[RunningService]:
    """A console of a demonstration, with the issuer that `make up` starts; or, as in a container, one that calls itself by this name."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    known = frozenset({BOARD, SWV, GEMEENTE, "console"})
    monkeypatch.setenv("PASSEND_DEMO", "true")
    monkeypatch.setenv("PASSEND_OFFICE_URL", "http://127.0.0.1:8085")
    name = url
    if inside := getattr(request, "param", None):
        name = inside
        monkeypatch.setenv("PASSEND_TOKEN_URL", f"{url}/token")
    issuer, keys = demonstration.build(demonstration.signing_key(tmp_path), known, name), {"jwks_url": f"{url}/jwks.json", "issuer": name}
    async with answering(issuer, port), run(pair, console_app.NAME, console_app.build, **keys) as service:
        yield service


async def test_where_it_is_no_demonstration_nobody_comes_in_without_a_token(console: RunningService) -> None:
    assert 'name="wie"' not in (await console.http.get("/aanmelden")).text
    assert (await console.http.post("/aanmelden", data={"wie": SWV})).status_code == 403


async def test_in_a_demonstration_there_is_a_button_for_each_invented_person(demo: RunningService) -> None:
    page = (await demo.http.get("/aanmelden")).text
    assert all(f'name="wie" value="{party}"' in page for party in PARTIES.values())
    for party in PARTIES.values():
        assert (await demo.http.post("/aanmelden", data={"wie": party})).status_code == 303
        assert (await demo.http.get("/")).status_code == 200
    assert (await demo.http.post("/aanmelden", data={"wie": "bg99999"})).status_code == 403
    await demo.http.post("/aanmelden", data={"wie": SWV})
    assert 'href="http://127.0.0.1:8085"' in (await demo.http.get("/werklijst")).text, "the office decides on placement's page"


@pytest.mark.parametrize("demo", ["http://127.0.0.1:1"], indirect=True)
async def test_a_button_works_where_the_issuers_own_name_leads_nowhere(demo: RunningService) -> None:
    assert (await demo.http.post("/aanmelden", data={"wie": SWV})).status_code == 303
