"""People who are on call for a crisis: they read their mail, take up what they are called for or let it pass, and say when it is over."""

import re
from collections import Counter
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from passend_contracts.catalogue import Words

from deploy.simulator.doors import Doors
from services.notify.pages import words

MAIL = re.compile(r"<article>.*?</article>", re.DOTALL)
MAILBOX = re.compile(r'href="/\?aan=(?P<mailbox>[^"]+)"')
LINK = re.compile(r'href="(?P<url>http://[^"]+/crises/(?P<crisis>[0-9a-f-]{36})/[\w-]+)"')
DONE = {words.TAKE: "taken up", words.RESOLVE: "resolved"}
"""What each button does."""
TAKES_UP = 0.65
"""How often who is called takes a crisis up; else the next on the ladder is called."""


class Called(NamedTuple):
    """A link in somebody's mail."""

    mailbox: str
    crisis: str
    url: str


class OnCall:
    """Follows the links in mails as people do: some minutes after the call, and a day or two later to say that it is over.

    What there is to do stands on the page behind a link, and nothing is done where that has no button (any more).
    """

    def __init__(self, doors: Doors, mail: str, counts: Counter[str], *, a_minute: timedelta, a_day: timedelta) -> None:
        """`mail` is the page on which all mail is shown; `a_minute` and `a_day` are how long those take by the driving clock."""
        self._doors, self._mail, self._counts = doors, mail, counts
        self._a_minute, self._a_day = a_minute, a_day
        self._seen: set[str] = set()
        self._read: Counter[tuple[str, str]] = Counter()
        self._agenda: list[tuple[datetime, Called]] = []

    @property
    def next_moment(self) -> datetime | None:
        """When somebody follows a link next."""
        return self._agenda[0][0] if self._agenda else None

    async def read(self, crises: set[str], now: datetime) -> None:
        """Read the mail about these crises, and decide what to do with what is new."""
        if not crises:
            return
        for called in _links((await self._doors.page("GET", self._mail)).text):
            if called.url not in self._seen and called.crisis in crises:
                self._seen.add(called.url)
                await self._decide(called, now)

    async def _decide(self, called: Called, now: datetime) -> None:
        """Everybody by their own lights, whatever order the mails came in."""
        self._read[called.mailbox, called.crisis] += 1
        random = Random(f"{called.crisis} {called.mailbox} {self._read[called.mailbox, called.crisis]}")  # noqa: S311 -- a play
        match _button((await self._doors.page("GET", called.url)).text):
            case words.RESOLVE:
                heappush(self._agenda, (now + random.uniform(0.3, 2) * self._a_day, called))
            case words.TAKE if random.random() < TAKES_UP:
                heappush(self._agenda, (now + random.uniform(2, 14) * self._a_minute, called))

    async def act(self, now: datetime) -> bool:
        """Follow the links whose moment has come; returns whether there was any."""
        acted = False
        while self._agenda and self._agenda[0][0] <= now:
            _, called = heappop(self._agenda)
            if button := _button((await self._doors.page("GET", called.url)).text):
                (await self._doors.page("POST", called.url)).raise_for_status()
                self._counts[f"crises {DONE[button]}"] += 1
                acted = True
        return acted


def _links(page: str) -> list[Called]:
    """The links to crises in the mails that a page shows, oldest first."""
    mails = ((MAILBOX.search(mail), LINK.search(mail)) for mail in reversed(MAIL.findall(page)))
    return [Called(to["mailbox"], link["crisis"], link["url"]) for to, link in mails if to and link]


def _button(page: str) -> Words | None:
    """What a page lets its reader do."""
    return next((button for button in DONE if f"<button><span>{button.nl}</span>" in page), None)
