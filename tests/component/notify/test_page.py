"""The pages of a crisis, seen in a real browser: on a phone and a screen, by light and dark."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import httpx
import pytest

from services.chassis.clock import SimulatedClock
from services.notify import app as notify_app
from tests.builders.events import a_crisis_raised
from tests.builders.keys import CONTACT, enclosing, sealed, settings_of_keys
from tests.component.conftest import notify_settings
from tests.component.console.browser import DESKTOP, PHONE, Page
from tests.component.issuer import Issuer
from tests.component.mail_server import MailServer, link_in
from tests.component.notify.on_call import CRISES, DESK
from tests.component.notify.process import process
from tests.component.waiting import until
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.running import PATIENCE, Topics


@pytest.fixture
async def site(pair: Pair, issuer: Issuer, mail: MailServer, clock: SimulatedClock, tmp_path: Path) -> AsyncIterator[str]:
    """Where notify's pages are, with one crisis raised."""
    port = free_port()
    keys = settings_of_keys(tmp_path, notify_app.NAME)
    settings = notify_settings(pair, mail, port=port, clock=tmp_path / "clock", **issuer.settings, **keys)
    topics = Topics(pair.kafka)
    await topics.start()
    async with process(settings, tmp_path / "notify.log"), httpx.AsyncClient(trust_env=False) as http:
        url = f"http://127.0.0.1:{port}"
        await until(lambda: _answers(http, f"{url}/health/ready"), bool, PATIENCE)
        raised = a_crisis_raised(noticed_at=clock.now(), time=clock.now(), sequence="000000000001")
        await topics.emit(CRISES, enclosing(raised, sealed(CONTACT, raised.subject)))
        yield url
    await topics.stop()


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.TransportError:
        return False


async def test_a_person_takes_a_crisis_up_and_says_that_it_is_over(page: Page, site: str, mail: MailServer) -> None:
    await page.open(site + link_in(await mail.received(DESK)))
    await page.shows("Een school vraagt nu hulp", "De Waterlelie", "Leiden", "het kind komt niet meer op school", "Ik help nu")
    await page.shows("A school asks for help now", "I help now", language="en")
    await page.press("Tab")
    assert await page.value("document.activeElement.tagName") == "BUTTON", "it is the first thing that the keyboard reaches"
    await page.value("document.activeElement.click()")
    await page.shows("Dank u: u hebt de crisis opgepakt")
    await page.open(site + link_in(await mail.received(DESK, times=2)))
    await page.shows("Is de crisis voorbij?", "Ja, de crisis is voorbij")
    await page.press("Tab")
    await page.value("document.activeElement.click()")
    await page.shows("De crisis is voorbij", "Door het crisispunt van het samenwerkingsverband")
    assert page.faults == []
    assert {url.split("/")[2] for url in page.asked if url.startswith("http")} == {site.removeprefix("http://")}, "nobody else hears of it"


async def test_everything_fits_and_can_be_pressed_with_a_thumb(page: Page, site: str, mail: MailServer) -> None:
    link = link_in(await mail.received(DESK))
    for size, dark in product((DESKTOP, PHONE), (False, True)):
        await page.look(size, dark=dark)
        await page.open(site + link)
        await page.shows("Wie kunt u nu bellen?", "Crisisdienst jeugd Leiden (verzonnen)")
        assert await page.value("document.documentElement.scrollWidth <= innerWidth")
        assert await page.value("document.querySelector('button').getBoundingClientRect().bottom < innerHeight"), "without scrolling"
        assert await page.value("[...document.querySelectorAll('a, button')].every(each => each.getBoundingClientRect().height >= 40)")
        assert await page.value("[...document.querySelectorAll('a')].every(each => each.href.startsWith('tel:'))")


async def test_whom_to_reach_at_home_is_shown_to_who_helps_and_to_nobody_before(page: Page, site: str, mail: MailServer) -> None:
    [person] = CONTACT.people
    call = await mail.received(DESK)
    await page.open(site + link_in(call))
    await page.shows("Ik help nu")
    assert person.name not in await page.value("document.body.innerText")
    await page.value("document.querySelector('button').click()")
    await page.shows("Dank u: u hebt de crisis opgepakt", "Wie kunt u over dit kind bellen?", person.name, "ouder", str(person.phone))
    taken = await mail.received(DESK, times=2)
    assert person.name not in str(call) + str(taken)
    await page.open(site + link_in(taken))
    await page.shows("Is de crisis voorbij?", person.name)


async def test_whom_to_phone_is_there_for_everybody(page: Page, site: str) -> None:
    await page.open(f"{site}/nummers/gm0629")
    await page.shows("Wie kunt u nu bellen?", "112", "Veilig Thuis", "Crisisdienst jeugd Wassenaar")
    await page.shows("Whom can you phone now?", language="en")
