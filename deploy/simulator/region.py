"""A region that lives: everybody's plans in one agenda, carried out through the public doors, by whatever clock drives it."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any, TextIO

from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, encode
from passend_contracts.events import CrisisAcknowledged, CrisisEscalated, CrisisRaised

from deploy.parties.children import plain
from deploy.simulator.actors import Answer, Answering
from deploy.simulator.doors import Doors, Receipt, Topics
from deploy.simulator.lives import Life, wrong
from services.chassis.calendar import LEGAL_TIME

RAISED = catalogue.of(CrisisRaised).type
OF_CRISES = {catalogue.of(kind).type for kind in (CrisisAcknowledged, CrisisEscalated)}
ANSWER = "an answer"
"""The kind of what somebody says to what was addressed to him; beside `make up` another simulation plays the same parties."""
POSTS_PLAINLY = "bg41236"
"""The board whose systems cannot seal."""
Later = Callable[[datetime, float], datetime]
"""The moment so many days after another at which somebody does something: people have office hours."""


@dataclass(frozen=True)
class Doing:
    """What somebody does at a moment: a step of a life, or an answer."""

    party: str
    event: Envelope
    kind: str
    slip: bool = False
    again: bool = False


@dataclass
class Region:
    """Schools, and whoever answers them; `sent` gets a line of JSON for each event that has its receipt.

    The agenda is carried out in the order of its moments; what is due at one moment is sent together, boards before gemeenten.
    """

    doors: Doors
    topics: Topics
    answering: dict[str, Answering]
    later: Later
    sent: TextIO
    counts: Counter[str] = field(default_factory=Counter)
    crises: set[str] = field(default_factory=set)
    """Those that were raised."""
    crisis_news: bool = False
    """Whether anything was said of a crisis since somebody who drives the region asked last: then there is mail."""
    _agenda: list[tuple[datetime, int, Life | Answer, int]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)
    _void: set[str] = field(default_factory=set)

    def begin(self, life: Life, at: datetime) -> None:
        """Let a life begin so many days after that moment."""
        self._plan(self.later(at, life.begins), life, 0)

    @property
    def next_moment(self) -> datetime | None:
        """When somebody does something next."""
        return self._agenda[0][0] if self._agenda else None

    def due(self, now: datetime) -> dict[str, list[Doing]]:
        """Everything that is to be done by now, for each kind of door; what follows on it is planned."""
        doings: dict[str, list[Doing]] = defaultdict(list)
        while self._agenda and self._agenda[0][0] <= now:
            moment, _, who, place = heappop(self._agenda)
            doing = self._step(who, place, moment) if isinstance(who, Life) else self._answer(who, moment)
            if doing:
                doings[doing.party[:2]].append(doing)
        return dict(sorted(doings.items()))

    async def do(self, doings: Sequence[Doing]) -> None:
        """Send all of it, each party in its own name: wrong first where the hand slips, then right, then perhaps once more."""
        by_party = defaultdict(list)
        for doing in doings:
            by_party[doing.party].append(doing)
        for party, mine in by_party.items():
            slips = [wrong(doing.event) for doing in mine if doing.slip]
            self.counts["mistakes sent back"] += sum(not each.accepted for each in await self.doors.send(party, slips))
            bodies = [await self._body(doing) for doing in mine]
            receipts = await self.doors.send(party, bodies)
            self._note(mine, receipts)
            again = [(body, first) for doing, body, first in zip(mine, bodies, receipts, strict=True) if doing.again]
            repeated = await self.doors.send(party, [body for body, _ in again])
            same = sum(one.receipt == first.receipt for one, (_, first) in zip(repeated, again, strict=True))
            self.counts["repeats with the same receipt"] += same

    async def _body(self, doing: Doing) -> bytes:
        """The event as that party's system sends it, with who the child is: sealed, or in the open for the door to seal."""
        if doing.party == POSTS_PLAINLY:
            return plain(doing.event)
        return encode((await self.doors.door_keys()).sealed(doing.event, doing.party))

    async def listen(self, now: datetime) -> None:
        """Hear what is addressed to everybody, and plan what comes of it, in whatever order the services told it."""
        for party, event in sorted(await self.topics.heard(), key=lambda heard: (heard[1].time, heard[1].id, heard[0])):
            who = self.answering.get(party)
            if who is None:
                continue
            self.crisis_news |= event.type in OF_CRISES
            if taken_back := who.takes_back(event):
                self._void.add(taken_back)
            for answer in who.hears(event):
                self._plan(self.later(now, answer.days), answer, 0)

    def _plan(self, moment: datetime, who: Life | Answer, place: int) -> None:
        heappush(self._agenda, (moment, next(self._order), who, place))

    def _step(self, life: Life, place: int, moment: datetime) -> Doing:
        step = life.steps[place]
        if place + 1 < len(life.steps):
            self._plan(self.later(moment, life.steps[place + 1].days), life, place + 1)
        else:
            self.counts["children"] += 1
        return Doing(life.board, life.event(step, moment.astimezone(LEGAL_TIME)), life.kind, step.slip, step.again)

    def _answer(self, answer: Answer, moment: datetime) -> Doing | None:
        if answer.about in self._void:
            return None
        return Doing(answer.party, answer.event(moment.astimezone(LEGAL_TIME)), ANSWER)

    def _note(self, doings: Sequence[Doing], receipts: Sequence[Receipt]) -> None:
        for doing, receipt in zip(doings, receipts, strict=True):
            event = doing.event
            if doing.kind == ANSWER and "id-reused" in receipt.codes:
                self.counts["answers that another simulation had given"] += 1
                continue
            self.counts["events"] += 1
            if not receipt.accepted:
                raise RuntimeError(f"a door sent back {event.type} of case {event.subject}: status {receipt.status}")
            if event.type == RAISED:
                self.crises.add(event.subject)
                self.crisis_news = True
            line = {"source": event.source, "id": event.id, "case": event.subject, "kind": doing.kind}
            self.sent.write(json.dumps(line) + "\n")

    def progress(self, children: int) -> str:
        """How far it is, in a line."""
        others = (f"{count} {what}" for what, count in sorted(self.counts.items()) if what != "children")
        return ", ".join([f"{self.counts['children']} of {children} lives told", *others])


async def outcomes(doors: Doors, played: Sequence[Life]) -> dict[str, Counter[str]]:
    """What came of the lives, by their kind: how the case ended, or the step that is next."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for life in played:
        found[life.kind][_standing(await doors.zaak(life.board, life.case))] += 1
    return found


def _standing(zaak: dict[str, Any]) -> str:
    if not zaak:
        return "NOT THERE"
    return f"next: {zaak['nextStep']['kind']}" if zaak["state"] == "open" else str(zaak["state"])


def told(outcomes: dict[str, Counter[str]]) -> Iterator[str]:
    """The outcomes as lines to read."""
    width = max(map(len, outcomes), default=0)
    for kind, standings in sorted(outcomes.items()):
        yield f"{kind.ljust(width)}  {', '.join(f'{count} {standing}' for standing, count in sorted(standings.items(), key=_most))}"


def _most(standing: tuple[str, int]) -> tuple[int, str]:
    return -standing[1], standing[0]
