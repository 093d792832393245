"""People who are on call: they get mails, open links, press buttons, while the clock goes on and notify tells of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope
from passend_contracts.vocabulary import EventData

from services.chassis.clock import SimulatedClock
from services.notify import app
from tests.builders.events import BOARD, a_crisis_raised
from tests.component.conftest import notify_settings
from tests.component.facts import told_about
from tests.component.mail_server import MailServer, link_in
from tests.pairs.pair import Pair
from tests.running import RunningService, running

CRISES, TOLD, TO_BOARD, RECEIPTS = "school.crises.v1", "swv.crises.v1", f"to.{BOARD}.crises.v1", "notify.receipts.v1"
DESK, SPECIALIST, DIRECTOR = "crisis@swv2801.example", "onderwijsspecialist@swv2801.example", "directeur@swv2801.example"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class OnCall:
    """Everybody who is on call, at one mail server."""

    service: RunningService
    mail: MailServer
    clock: SimulatedClock
    control: Path
    """The socket by which a simulation asks the service how far it is; whoever is asked looks at the clock."""

    async def a_crisis(self, crisis: str | None = None, **attributes: Any) -> str:
        """A crisis that a school raises now; returns its id."""
        raised = a_crisis_raised(crisis, noticed_at=self.clock.now(), time=self.clock.now(), **attributes)
        await self.service.deliver(CRISES, raised)
        return raised.subject

    async def later(self, by: timedelta) -> None:
        """The clock goes on."""
        self.clock.set(self.clock.now() + by)
        reader, writer = await asyncio.open_unix_connection(self.control)
        writer.write(b"idle\n")
        await reader.readline()
        writer.close()

    async def told(self, kind: type[EventData], crisis: str, *, times: int = 1, topic: str = TOLD) -> list[Envelope]:
        """What notify told of that kind."""
        return await told_about(self.service, topic, kind, [crisis], times=times)

    async def receipt(self, kind: type[EventData], subject: str, *, times: int = 1) -> list[dict[str, Any]]:
        """The data of receipts of that kind."""
        return [event.data for event in await self.told(kind, subject, times=times, topic=RECEIPTS)]

    async def link(self, address: str, *, times: int = 1) -> str:
        """The link in the message that came to that mailbox."""
        return link_in(await self.mail.received(address, times=times))

    async def open(self, link: str) -> httpx.Response:
        """Look at a page, as a person does and a mail scanner."""
        return await self.service.http.get(link)

    async def press(self, link: str) -> httpx.Response:
        """Press the button of a page; returns what is seen then."""
        return await self.service.http.post(link, follow_redirects=True)

    async def taken(self, address: str) -> str:
        """Take the crisis up by the message in that mailbox; returns the link by which it is resolved."""
        before = len(self.mail.to(address))
        await self.press(await self.link(address, times=before))
        return await self.link(address, times=before + 1)


@asynccontextmanager
async def notify_on(clock: SimulatedClock, directory: Path, pair: Pair, mail: MailServer, **settings: Any) -> AsyncIterator[OnCall]:
    """Notify on that clock, whose file is in this directory, and the people whom it reaches."""
    control = directory / "control"
    told = notify_settings(pair, mail, clock=directory / "clock", control=control, **settings)
    async with running(app.NAME, app.build, told) as service:
        yield OnCall(service, mail, clock, control)


def stems(events: list[Envelope]) -> list[str]:
    return [of(event.type).stem for event in events]


def text(answer: httpx.Response) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("<body>")[2]))
