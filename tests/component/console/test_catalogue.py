"""The catalogue as the console serves it: open to anybody, found by its words, and legible on each screen and in each light."""

import httpx
from passend_contracts.catalogue import EVENTS, of
from passend_contracts.events import ConsentGiven, CrisisRaised, SupportRequested

from tests.component.console.browser import DESKTOP, PHONE, Page
from tests.component.console.conftest import Site
from tests.component.console.test_pages import FAINT
from tests.pairs.embedded import ROOT

SHOWN = (
    "[...document.querySelectorAll('#gebeurtenissen li')].filter(each => each.offsetParent).map(each => each.querySelector('a').pathname)"
)
PICTURES = ROOT / "build" / "catalogue"


def address(event: type) -> str:
    return f"/contracten/{of(event).type}"


async def asked(page: Page, word: str) -> list[str]:
    """What a search for this shows."""
    await page.value(f"document.querySelector('[name=zoek]').value = '{word}'")
    await page.value("document.querySelector('[name=zoek]').dispatchEvent(new Event('input', {bubbles: true}))")
    found: list[str] = await page.value(SHOWN)
    return found


async def test_anybody_finds_an_event_by_a_dutch_or_english_word_a_field_or_a_party(page: Page, site: Site) -> None:
    await page.look(DESKTOP)
    await page.open(f"{site.url}/contracten/")
    await page.until("document.querySelector('#zoeken:not([hidden])')")
    assert len(await page.value(SHOWN)) == len(EVENTS)
    assert address(ConsentGiven) in await asked(page, "toestemming")
    assert address(SupportRequested) not in await asked(page, "toestemming")
    assert address(ConsentGiven) in await asked(page, "consent")
    assert await asked(page, "crisis_raised") == [address(CrisisRaised)]
    assert address(SupportRequested) in await asked(page, "recognisedOn")
    assert await asked(page, "nergens") == []
    await page.shows("Niets gevonden. Probeer een ander woord.")

    await page.open(f"{site.url}/contracten/?zoek=crisis&van=board")
    await page.until("document.querySelector('#aantal')?.textContent")
    assert set(await page.value(SHOWN)) == {
        f"/contracten/{event.type}" for event in EVENTS if event.lane == "crises" and "board" in event.emitters
    }
    assert await page.value("document.querySelector('[name=zoek]').value") == "crisis", "an address with a question answers it"
    assert page.faults == []


async def test_every_page_can_be_read_on_each_screen_and_in_each_light(page: Page, site: Site) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    names = {"front": "", "event": of(SupportRequested).type, "map": "kaart", "board": "board"}
    for name, path in names.items():
        for dark in (False, True):
            for size in (DESKTOP, PHONE):
                await page.look(size, dark=dark)
                await page.open(f"{site.url}/contracten/{path}")
                await page.until(f"document.readyState === 'complete' && location.pathname === '/contracten/{path}'")
                assert await page.value("document.documentElement.scrollWidth <= innerWidth"), "nobody has to scroll sideways"
                assert await page.value(FAINT) == []
                assert await page.value("document.querySelectorAll('h1, main, header nav').length") == 3
                await page.screenshot(PICTURES / f"{name}-{size[0]}-{'dark' if dark else 'light'}.png")
    assert page.faults == []
    assert [url for url in page.asked if not url.startswith((site.url, "data:"))] == []


async def test_an_arrow_of_the_map_leads_to_its_events_and_a_phone_has_the_list(page: Page, site: Site) -> None:
    await page.look(DESKTOP)
    await page.open(f"{site.url}/contracten/kaart")
    await page.until("document.querySelector('.map a[href=\"#board-intake\"]')")
    await page.value("document.querySelector('.map a[href=\"#board-intake\"]').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    await page.until("document.querySelector(':target')?.id === 'board-intake'")
    await page.shows("Ondersteuningsvraag")
    await page.look(PHONE)
    await page.until("!document.querySelector('.map').offsetParent")
    assert await page.value(f"Boolean(document.querySelector('#board-intake a[href=\"{of(SupportRequested).type}\"]').offsetParent)")


async def test_the_console_s_own_pages_lead_there(page: Page, site: Site) -> None:
    await page.open(f"{site.url}/aanmelden")
    await page.until("document.querySelector('footer a[href=\"/contracten/\"]')")
    await page.value("document.querySelector('footer a').click()")
    await page.until("location.pathname === '/contracten/'")
    await page.shows("Contracten")


async def test_without_javascript_every_event_is_listed_and_no_search_is_offered(page: Page, site: Site) -> None:
    await page.call("Emulation.setScriptExecutionDisabled", value=True)
    await page.open(f"{site.url}/contracten/")
    await page.until("document.readyState === 'complete' && location.pathname === '/contracten/'")
    assert len(await page.value(SHOWN)) == len(EVENTS)
    assert not await page.value("document.querySelector('#zoeken').offsetParent")


async def test_each_file_is_what_it_says_and_is_not_sent_twice(site: Site) -> None:
    wanted = {
        "/contracten/": "text/html",
        address(SupportRequested): "text/html",
        "/contracten/asyncapi.json": "application/json",
        "/contracten/stijl.css": "text/css",
        "/contracten/zoeken.js": "text/javascript",
        "/contracten/icoon.svg": "image/svg+xml",
        "/contracten/schemas/support-requested/v1": "application/schema+json",
        "/schemas/support-requested/v1": "application/schema+json",
    }
    async with httpx.AsyncClient(base_url=site.url, trust_env=False) as client:
        for path, kind in wanted.items():
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind), path
            assert answer.headers["cache-control"].startswith("public")
            again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
        assert (await client.get("/contracten")).headers["location"] == "/contracten/"
        missing = await client.get("/contracten/nl.passendonderwijs.nothing.v1")
        assert (missing.status_code, "Deze pagina is er niet" in missing.text) == (404, True)
        assert (await client.get("/schemas/nothing/v1")).status_code == 404
