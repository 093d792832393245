"""People who are on call for a crisis: they read their mail, take up what they are called for or let it pass, and say when it is over."""

import re
from collections import Counter
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random

from deploy.simulator.doors import Doors

LINK = re.compile(r'href="(?P<url>http://[^"]+/crises/(?P<crisis>[0-9a-f-]{36})/[\w-]+)"')
TAKES_UP = 0.65
"""How often who is called takes a crisis up; else the next on the ladder is called."""


class OnCall:
    """Follows the links in mails as people do: some minutes after the call, and a day or two later to say that it is over."""

    def __init__(self, doors: Doors, mail: str, counts: Counter[str], *, a_minute: timedelta, a_day: timedelta) -> None:
        """`mail` is the page on which all mail is shown; `a_minute` and `a_day` are how long those take by the driving clock."""
        self._doors, self._mail, self._counts = doors, mail, counts
        self._a_minute, self._a_day = a_minute, a_day
        self._seen: set[str] = set()
        self._calls: Counter[str] = Counter()
        self._taken: set[str] = set()
        self._over: set[str] = set()
        self._agenda: list[tuple[datetime, str, str]] = []

    @property
    def next_moment(self) -> datetime | None:
        """When somebody follows a link next."""
        return self._agenda[0][0] if self._agenda else None

    async def read(self, crises: set[str], now: datetime) -> None:
        """Read the mail about these crises, and decide what to do with what is new."""
        if not crises - self._over:
            return
        page = (await self._doors.page("GET", self._mail)).text
        for found in reversed(list(LINK.finditer(page))):
            url, crisis = found["url"], found["crisis"]
            if url not in self._seen and crisis in crises - self._over:
                self._seen.add(url)
                self._decide(url, crisis, now)

    def _decide(self, url: str, crisis: str, now: datetime) -> None:
        self._calls[crisis] += 1
        random = Random(f"{crisis} {self._calls[crisis]}")  # noqa: S311 -- a play
        if crisis in self._taken:
            heappush(self._agenda, (now + random.uniform(0.3, 2) * self._a_day, url, crisis))
        elif random.random() < TAKES_UP:
            heappush(self._agenda, (now + random.uniform(2, 14) * self._a_minute, url, crisis))

    async def act(self, now: datetime) -> bool:
        """Follow the links whose moment has come; returns whether there was any."""
        acted = False
        while self._agenda and self._agenda[0][0] <= now:
            _, url, crisis = heappop(self._agenda)
            if crisis in self._over:
                continue
            (await self._doors.page("POST", url)).raise_for_status()
            what = "resolved" if crisis in self._taken else "taken up"
            (self._over if crisis in self._taken else self._taken).add(crisis)
            self._counts[f"crises {what}"] += 1
            acted = True
        return acted
