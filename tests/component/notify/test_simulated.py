"""The simulator's people on call go by what the page behind a link lets do, also when several are called at once."""

from collections import Counter
from datetime import timedelta

import httpx
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from passend_contracts.events import CrisisAcknowledged, CrisisEscalated, CrisisResolved, NotificationDelivered

from deploy.embedded.mail_catcher import Caught
from deploy.embedded.processes import Ports
from deploy.simulator.doors import Doors
from deploy.simulator.on_call import OnCall as People
from services.chassis.clock import SimulatedClock
from tests.component.mail_server import MailServer
from tests.component.notify.on_call import MINUTE, OnCall

POST = "http://post.example"
DAY = timedelta(days=1)


def post_of(mail: MailServer, clock: SimulatedClock) -> FastAPI:
    """The page of the demonstration's mail server with what came."""
    app = FastAPI()

    @app.get("/")
    async def page() -> HTMLResponse:
        caught = Caught()
        caught.mails.extendleft((clock.now(), each) for each in mail.mails)
        return HTMLResponse(caught.page(None))

    return app


async def mails(on_call: OnCall, count: int) -> None:
    """Wait until so many have come."""
    await on_call.mail.until(lambda mail: len(mail.mails) >= count)


async def test_of_all_who_would_take_a_crisis_up_one_does_and_says_later_that_it_is_over(on_call: OnCall) -> None:
    crisis = await on_call.a_crisis("6f0b1c52-8d3e-4a67-9b20-3c5d7e9f1a24")
    for n in range(1, 10):
        await mails(on_call, n)
        await on_call.later(15 * MINUTE)
        await on_call.told(CrisisEscalated, crisis, times=n)
    await on_call.receipt(NotificationDelivered, crisis, times=12)
    counts: Counter[str] = Counter()
    mounts = {POST: httpx.ASGITransport(post_of(on_call.mail, on_call.clock)), "all://": httpx.ASGITransport(on_call.service.app)}
    async with httpx.AsyncClient(mounts=mounts) as client:
        people = People(Doors(client, Ports(1)), POST, counts, a_minute=MINUTE, a_day=DAY)
        now = on_call.clock.now()
        await people.read({crisis}, now)
        await people.act(now + 15 * MINUTE)
        await on_call.told(CrisisAcknowledged, crisis)
        assert (counts, people.next_moment) == ({"crises taken up": 1}, None)
        await mails(on_call, 13)
        await people.read({crisis}, now)
        await people.act(now + 2 * DAY)
        assert len(await on_call.told(CrisisResolved, crisis)) == 1
        assert counts == {"crises taken up": 1, "crises resolved": 1}
