"""The pages, seen in a real browser: who has the next step, in Dutch and English, and everything new appears by itself."""

from pathlib import Path

from passend_contracts.envelope import Envelope

from deploy.embedded import issuer as demonstration
from services.console import words
from services.console.domain.visitor import List
from tests.builders.events import BOARD, GEMEENTE_SYSTEM, SWV, a_consent_given, a_referral, a_support_requested, an_acceptance
from tests.component.console.browser import DESKTOP, PHONE, Page
from tests.component.console.conftest import Site, serving
from tests.component.console.told import (
    GUARD,
    SCHOOL,
    STATUS,
    a_case_closed,
    a_case_opened,
    a_next_step_set,
    because_of,
    in_days,
    owed,
)
from tests.component.terminal import answering
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port

FOCUSED = "document.activeElement.getAttribute('href')"
FAINT = """
    (() => {
        const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
        const light = colour => rgb(colour).slice(0, 3).map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
        const ground = each => {
            while (each.parentElement && (rgb(getComputedStyle(each).backgroundColor)[3] ?? 1) === 0) each = each.parentElement;
            return getComputedStyle(each).backgroundColor;
        };
        const contrast = each => {
            const [low, high] = [light(getComputedStyle(each).color), light(ground(each))].sort((a, b) => a - b);
            return (high + .05) / (low + .05);
        };
        const written = [...document.querySelectorAll('body *')].filter(each => each.childNodes[0]?.nodeType === 3);
        return written.filter(each => contrast(each) < 4.5).map(each => each.innerText);
    })()
"""
"""The texts with less contrast than WCAG AA asks."""


NOT_THERE = "Failed to load resource: the server responded with a status of"
"""What a browser says of a case that is not there yet, and of a database that is away: the pages say it to people."""


async def tell(site: Site, *events: Envelope, topic: str = GUARD) -> None:
    for event in events:
        await site.topics.emit(topic, event)


async def test_the_overview_answers_the_question_and_renews_itself(page: Page, site: Site) -> None:
    late, helped = a_case_opened(), a_case_opened(school="90AE00")
    await tell(site, helped, a_next_step_set(helped.subject, owed("evaluate_support", days=42)))
    await site.sign_in(page, SWV)
    await page.open(site.url)
    await page.shows("Komt de hulp door?", "Ja, ieder kind krijgt hulp.", "De Windroos")
    await page.shows("Does help get through?", "Yes, every child gets help.", language="en")
    await _tab_to(page, f"/zaak/{helped.subject}")
    await page.until("getComputedStyle(document.activeElement).outlineStyle === 'solid'")  # who uses the keyboard sees where it is

    duties = owed("obtain_consent", days=-1), owed("assign_expert", owner="swv2801")
    await tell(site, late, a_next_step_set(late.subject, *duties))
    await page.shows("Niet overal: bij 1 kind is iets te laat.", "De Waterlelie", f"#{late.subject[:8]}", "Stichting De Brede Vaart")
    await page.shows("Toestemming vragen aan de ouders", f"{words.day(in_days(-1)).nl}, 1 dag te laat")
    await page.shows("Een deskundige zoeken", "Samenwerkingsverband PO2801", "nog 7 dagen")
    await page.shows("Ask the parents' consent", "1 day late", "Find an expert", "in 7 days", language="en")
    assert await page.value(f"document.querySelector('#{List.OVERDUE} strong').innerText") == "1"
    text = await page.text()
    assert text.index("De Waterlelie") < text.index("De Windroos"), "what is late comes first"
    assert await page.value(FOCUSED) == f"/zaak/{helped.subject}", "what comes in takes the focus from nobody"

    await tell(site, a_case_closed(late.subject))
    await page.until(f"!document.body.innerText.includes('{late.subject[:8]}')")
    await _is_sound(page, site)
    await page.press("Enter")
    await page.shows(f"Zaak {helped.subject[:8]}", "Wat is er gebeurd?")
    await page.open(f"{site.url}/zaakjes")
    await page.shows("Deze pagina is er niet", "← Naar het overzicht")


async def test_a_case_tells_who_spoke_to_whom_and_renews_itself(page: Page, site: Site, pair: Pair) -> None:
    request = a_support_requested(producer="intake")
    referral = a_referral(request.subject, **because_of(request))
    acceptance = an_acceptance(referral, source=GEMEENTE_SYSTEM, producer="jgt_bridge", **because_of(referral))
    step = a_next_step_set(request.subject, owed("consult_parents"), owed("third_party_step", owner="third_party"))
    await tell(site, request, a_consent_given(request.subject, "feedback_to_school", producer="intake"), topic=SCHOOL)
    await tell(site, a_case_opened(request.subject), step)
    await site.sign_in(page, BOARD)
    await page.look(PHONE)
    await page.open(f"{site.url}/zaak/{request.subject}")
    await page.shows("School vraagt hulp voor een kind", "Stichting De Brede Vaart → Bewaker → Jeugdbrug")
    await page.shows("Zaak geopend", "Praten met de ouders: Stichting De Brede Vaart, uiterlijk", "Een andere organisatie")
    await page.shows(
        "The school asks for support for a child", "Talk with the parents: Stichting", "Guardian → Youth bridge", language="en"
    )
    await page.value("window.scrollTo(0, 300)")

    await tell(site, referral, acceptance, topic=STATUS)
    await site.topics.put(SCHOOL, b'{"subject":"%s"}' % request.subject.encode(), key=request.subject.encode())
    await page.shows("Verwezen naar het jeugdteam", "Jeugdbrug → Bewaker")
    await page.shows("Jeugdteam gaat helpen", "Gemeente Leiden → Jeugdbrug → Bewaker")
    await page.shows("Een bericht dat niemand kan lezen", "Reden: er ontbreekt een gegeven (missing-attribute)")
    await page.shows("Referred to the youth team", "The youth team will help", "A message that nobody can read", language="en")
    await _graph_is_drawn(page)
    assert await page.value("window.scrollY") == 300, "what comes in leaves the page where it was"

    await pair.kill_database()
    await page.shows(words.AWAY.nl, "Jeugdteam gaat helpen")
    await pair.start_database()
    await tell(site, a_case_closed(request.subject))
    await page.shows("Afgesloten: de vraag om hulp is ingetrokken")
    await page.until(f"!document.body.innerText.includes('{words.AWAY.nl}')")
    await _is_sound(page, site)


async def test_an_invented_person_comes_in_by_pressing_a_button(page: Page, pair: Pair, tmp_path: Path) -> None:
    known, key, port = frozenset({SWV}), demonstration.signing_key(tmp_path), free_port()
    url = f"http://127.0.0.1:{port}"
    told = {"jwks_url": f"{url}/jwks.json", "issuer": url, "demo": True}
    async with answering(demonstration.build(key, known, url), port), serving(pair, tmp_path / "console.log", **told) as console:
        await page.open(f"{console}/werklijst")
        await page.shows("Wie bent u vandaag?", "Medewerker van het kantoor", "Samenwerkingsverband PO2801")
        await page.until("document.querySelector('.persons form:has([value=swv2801]) button')")
        await page.value("document.querySelector('.persons form:has([value=swv2801]) button').focus()")
        await page.press("Enter")
        await page.until("location.pathname === '/werklijst' && document.querySelector('header .who')")
        await page.shows("Samenwerkingsverband PO2801", "Er wacht nu niets op ons.")
        assert await page.value("document.cookie") == "", "no script reads the session"


async def _tab_to(page: Page, link: str) -> None:
    """Go there with the keyboard alone."""
    for _ in range(30):
        await page.press("Tab")
        if await page.value(FOCUSED) == link:
            return
    raise AssertionError(f"no way to {link} with the keyboard; the page shows:\n{await page.text()}")


async def _graph_is_drawn(page: Page) -> None:
    assert await page.value("[...document.querySelectorAll('.lanes li')].map(each => each.innerText.split('\\n')[0])") == [
        "Stichting De Brede Vaart",
        "Bewaker",
        "Jeugdbrug",
        "Gemeente Leiden",
    ]
    assert await page.value("document.querySelectorAll('.graph path').length") == 2, "what led to what is joined"
    assert await page.value("document.querySelector('.box').scrollWidth > document.querySelector('.box').clientWidth"), "in its own box"


async def _is_sound(page: Page, site: Site) -> None:
    """Nothing broke, nothing was loaded again or from elsewhere, and it can be read on each screen and in each light."""
    parts = {f"{site.url}/{name}" for name in ("stijl.css", "live.js", "icoon.svg")}
    assert {url for url in page.asked if url.startswith(site.url)} - parts == {await page.value("location.href")}
    assert [url for url in page.asked if not url.startswith((site.url, "data:"))] == []
    assert [fault for fault in page.faults if not fault.startswith(NOT_THERE)] == []
    assert await page.value("document.documentElement.lang") == "nl"
    for dark in (False, True):
        for size in (DESKTOP, PHONE):
            await page.look(size, dark=dark)
            await page.until(f"matchMedia('(prefers-color-scheme: dark)').matches === {str(dark).lower()}")
            assert await page.value("document.documentElement.scrollWidth <= innerWidth"), "nobody has to scroll sideways"
            assert await page.value(FAINT) == []
