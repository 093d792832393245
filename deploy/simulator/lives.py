"""What happens to one child, as its school tells it: drawn from a seed, so that the same seed plays the same region again."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, derived_id, encode
from passend_contracts.events import (
    ConsentGiven,
    ConsentWithdrawn,
    CrisisRaised,
    ParentsConsulted,
    SupportRequested,
    SupportRequestWithdrawn,
)
from passend_contracts.vocabulary import AgeBand, EventData

from deploy.parties.board import School

REFER = "refer_to_youth_team"
FEEDBACK = "feedback_to_school"
AGES: tuple[AgeBand, ...] = ("4-5", "6-7", "8-9", "10-11", "12-13")
SLIPS, REPEATS, TOO_YOUNG = 0.08, 0.1, 0.2
"""How often a school first sends something wrong, sends something twice, and does not ask the child itself."""


@dataclass(frozen=True)
class Step:
    """What a school does so many days after its step before: an event, which it may send wrong first, and may send again."""

    days: float
    event: Envelope
    slip: bool = False
    again: bool = False

    def sent_at(self, moment: datetime) -> Envelope:
        """The event as it is logged at that moment."""
        return replace(self.event, time=moment)

    def sent_wrong_at(self, moment: datetime) -> bytes:
        """The same with a word that no contract has: a school's system that is behind, or a hand that slipped."""
        wrong = json.loads(encode(self.sent_at(moment)))
        wrong["data"]["opmerking"] = "typefout"
        return json.dumps(wrong).encode()


@dataclass(frozen=True)
class Life:
    """One child at one school: what kind of life, on which day it begins, and its steps."""

    kind: str
    board: str
    case: str
    begins: float
    steps: tuple[Step, ...]


@dataclass
class Child:
    """What is drawn for one child."""

    random: Random
    school: School
    case: str
    today: date


Tell = Callable[[Child], EventData]
"""What the school says on a day."""


def asks(child: Child) -> EventData:
    age, recognised = child.random.choice(AGES), child.today - timedelta(days=child.random.randint(0, 20))
    return SupportRequested(school=child.school.id, home_municipality=child.school.municipality, age_band=age, recognised_on=recognised)


def consults(youth_team: str) -> Tell:
    present = ["parent", "teacher"]

    def told(child: Child) -> EventData:
        if child.random.random() < TOO_YOUNG:
            heard = {"child_heard": "not_heard", "not_heard_because": "too_young"}
        else:
            heard = {"child_heard": "heard"}
        return ParentsConsulted(held_on=child.today, present=present, youth_team=youth_team, **heard)

    return told


def agrees(*purposes: str) -> Tell:
    return lambda child: ConsentGiven(purposes=list(purposes), agreed_by=["parent"], agreed_on=child.today, form="written")


def takes_back(child: Child) -> EventData:
    return ConsentWithdrawn(purposes=[REFER], withdrawn_by=["parent"], withdrawn_on=child.today)


def ends(child: Child) -> EventData:
    return SupportRequestWithdrawn(withdrawn_on=child.today)


def is_in_crisis(child: Child) -> EventData:
    return CrisisRaised(
        case_id=child.case,
        school=child.school.id,
        home_municipality=child.school.municipality,
        age_band="8-9",
        noticed_at=datetime.combine(child.today, time(9), UTC),
        situation="dropped_out",
        urgency="today",
    )


KINDS: dict[str, tuple[int, tuple[tuple[float, Tell], ...]]] = {
    "referred": (38, ((0, asks), (6, consults("refer")), (3, agrees(REFER)))),
    "referred, and the school may hear of it": (12, ((0, asks), (6, consults("refer")), (3, agrees(REFER, FEEDBACK)))),
    "agreed before the conversation": (6, ((0, asks), (3, agrees(REFER)), (6, consults("refer")))),
    "consent taken back": (8, ((0, asks), (6, consults("refer")), (3, agrees(REFER)), (4, takes_back))),
    "consent taken back, and given again": (
        4,
        ((0, asks), (6, consults("refer")), (3, agrees(REFER)), (4, takes_back), (8, agrees(REFER))),
    ),
    "no wish for the youth team": (13, ((0, asks), (6, consults("no")))),
    "consent that never comes": (6, ((0, asks), (6, consults("refer")))),
    "a school that falls silent": (5, ((0, asks),)),
    "withdrawn by the parents": (5, ((0, asks), (6, consults("refer")), (10, ends))),
    "a crisis": (3, ((0, asks), (2, is_in_crisis), (4, consults("refer")), (1, agrees(REFER)))),
}
"""Kinds of lives: how often each comes, and what the school tells after how many days, more or less."""


def lives(children: int, seed: int, *, schools: list[School], over_days: float, run: str, today: date) -> list[Life]:
    """So many children, whose cases begin within so many days; `run` makes their ids new for each run on the same platform.

    All dates in the events are `today`: a day of these lives is a second or so. The same arguments give the same lives.
    """
    random = Random(seed)  # noqa: S311 -- a play, drawn again by the same seed
    return sorted((_life(n, random, schools, over_days, run, today) for n in range(children)), key=lambda life: life.begins)


def _life(n: int, random: Random, schools: list[School], over_days: float, run: str, today: date) -> Life:
    kind = random.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
    child = Child(random, random.choice(schools), derived_id("simulator", run, str(n)), today)
    begins = random.uniform(0, over_days)
    steps = []
    for place, (usually, tell) in enumerate(KINDS[kind][1]):
        after = min(random.expovariate(1 / usually), 3 * usually) if usually else 0
        event = _event(tell(child), child, derived_id("simulator", run, str(n), str(place)))
        steps.append(Step(after, event, slip=random.random() < SLIPS, again=random.random() < REPEATS))
    return Life(kind, child.school.board, child.case, begins, tuple(steps))


def _event(data: EventData, child: Child, event_id: str) -> Envelope:
    entry = catalogue.of(data)
    return Envelope(
        id=event_id,
        source=f"{child.school.urn}:systeem:simulator",
        type=entry.type,
        subject=event_id if entry.lane == "crises" else child.case,
        time=datetime.min.replace(tzinfo=UTC),
        data=data.to_wire(),
        dataschema=entry.dataschema,
    )
