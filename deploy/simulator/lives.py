"""What happens to one child, as its school tells it: drawn from a seed, so that the same seed plays the same region again."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, derived_id, encode
from passend_contracts.events import (
    ArrangementRequested,
    ConsentGiven,
    ConsentWithdrawn,
    CrisisRaised,
    ExpertRequested,
    HandoverAnnounced,
    HandoverReceived,
    ParentsConsulted,
    ReopenRequested,
    SupportPlanEvaluated,
    SupportRequested,
    SupportRequestWithdrawn,
)
from passend_contracts.events.support_plan_evaluated.v1 import Result
from passend_contracts.vocabulary import AgeBand, EventData

from deploy.parties.board import School

REFER = "refer_to_youth_team"
FEEDBACK = "feedback_to_school"
AGES: tuple[AgeBand, ...] = ("4-5", "6-7", "8-9", "10-11", "12-13")
SLIPS, REPEATS, TOO_YOUNG = 0.08, 0.1, 0.2
"""How often a school first sends something wrong, sends something twice, and does not ask the child itself."""


@dataclass
class Child:
    """One child at one school, and the chances that are its own: what they bring depends on nobody else."""

    random: Random
    school: School
    case: str
    other_boards: tuple[str, ...]


Tell = Callable[[Child, datetime], EventData]
"""What the school says at a moment."""


@dataclass(frozen=True)
class Step:
    """What a school does so many days after its step before: it tells something, may tell it wrong first, and may send it again."""

    id: str
    days: float
    tell: Tell
    slip: bool = False
    again: bool = False


@dataclass(frozen=True)
class Life:
    """One child at one school: what kind of life, on which day it begins, and its steps."""

    kind: str
    begins: float
    steps: tuple[Step, ...]
    child: Child = field(compare=False)

    @property
    def board(self) -> str:
        """The board that answers for the child."""
        return self.child.school.board

    @property
    def case(self) -> str:
        """The id that the school gives the case."""
        return self.child.case

    def event(self, step: Step, moment: datetime) -> Envelope:
        """What the school sends for that step, as it is logged at that moment; a step is told once."""
        return said(step.tell(self.child, moment), f"{self.child.school.urn}:systeem:simulator", step.id, self.case, moment)


def said(data: EventData, source: str, event_id: str, case: str, moment: datetime) -> Envelope:
    """An event as a party's system sends it; a crisis is a subject of its own."""
    subject = event_id if catalogue.of(data).lane == "crises" else case
    return catalogue.says(data, source=source, subject=subject, event_id=event_id, time=moment)


def wrong(event: Envelope) -> bytes:
    """The same with a word that no contract has: a school's system that is behind, or a hand that slipped."""
    slipped = json.loads(encode(event))
    slipped["data"]["opmerking"] = "typefout"
    return json.dumps(slipped).encode()


def asks(child: Child, now: datetime) -> EventData:
    age, recognised = child.random.choice(AGES), now.date() - timedelta(days=child.random.randint(0, 20))
    return SupportRequested(school=child.school.id, home_municipality=child.school.municipality, age_band=age, recognised_on=recognised)


def consults(youth_team: str) -> Tell:
    def told(child: Child, now: datetime) -> EventData:
        return ParentsConsulted(held_on=now.date(), present=["parent", "teacher"], youth_team=youth_team, **_heard(child))

    return told


def evaluates(result: Result) -> Tell:
    def told(child: Child, now: datetime) -> EventData:
        present = ["parent", "internal_supervisor"]
        return SupportPlanEvaluated(evaluated_on=now.date(), present=present, result=result, **_heard(child))

    return told


def _heard(child: Child) -> dict[str, Any]:
    if child.random.random() < TOO_YOUNG:
        return {"child_heard": "not_heard", "not_heard_because": "too_young"}
    return {"child_heard": "heard"}


def agrees(*purposes: str) -> Tell:
    return lambda _, now: ConsentGiven(purposes=list(purposes), agreed_by=["parent"], agreed_on=now.date(), form="written")


def takes_back(_: Child, now: datetime) -> EventData:
    return ConsentWithdrawn(purposes=[REFER], withdrawn_by=["parent"], withdrawn_on=now.date())


def ends(_: Child, now: datetime) -> EventData:
    return SupportRequestWithdrawn(withdrawn_on=now.date())


def reopens(_: Child, now: datetime) -> EventData:
    return ReopenRequested(asked_by="parent", requested_on=now.date())


def moves(child: Child, now: datetime) -> EventData:
    return HandoverAnnounced(because="moved", to_board=child.random.choice(child.other_boards), starts_on=now.date() + timedelta(weeks=2))


def outgrows(_: Child, now: datetime) -> EventData:
    return HandoverAnnounced(because="age", starts_on=now.date() + timedelta(weeks=4))


def is_taken_over(_: Child, now: datetime) -> EventData:
    return HandoverReceived(received_on=now.date())


def wants_arrangement(child: Child, now: datetime) -> EventData:
    since = now.date() + timedelta(weeks=2)
    kind = child.random.choice(["bridging", "exceptional"])
    until = since + timedelta(weeks=child.random.randint(8, 20))
    return ArrangementRequested(
        kind=kind,
        requested_on=now.date(),
        specialist_consulted_on=now.date(),
        wanted_from=since,
        wanted_until=until,
        hours_per_week=child.random.randint(2, 12),
    )


def wants_expert(child: Child, now: datetime) -> EventData:
    return ExpertRequested(discipline=child.random.choice(["educationalist", "speech_therapist"]), requested_on=now.date())


def is_in_crisis(child: Child, now: datetime) -> EventData:
    return CrisisRaised(
        case_id=child.case,
        school=child.school.id,
        home_municipality=child.school.municipality,
        age_band="8-9",
        noticed_at=now,
        situation="dropped_out",
        urgency="today",
    )


Story = tuple[tuple[float, Tell], ...]
TALKED: Story = ((0, asks), (6, consults("no")))
HELPED: Story = ((40, evaluates("goes_on")), (40, evaluates("goal_met")))
REFERRED: Story = ((0, asks), (6, consults("refer")), (3, agrees(REFER)))
KINDS: dict[str, tuple[int, Story]] = {
    "referred": (30, (*REFERRED, *HELPED)),
    "referred, and the school may hear of it": (10, ((0, asks), (6, consults("refer")), (3, agrees(REFER, FEEDBACK)), *HELPED)),
    "agreed before the conversation": (5, ((0, asks), (3, agrees(REFER)), (6, consults("refer")), *HELPED)),
    "consent taken back": (7, (*REFERRED, (4, takes_back), (12, consults("no")), *HELPED)),
    "consent taken back, and given again": (4, (*REFERRED, (4, takes_back), (8, agrees(REFER)), *HELPED)),
    "no wish for the youth team": (10, (*TALKED, *HELPED)),
    "consent that never comes": (5, ((0, asks), (6, consults("refer")))),
    "a school that falls silent": (4, ((0, asks),)),
    "withdrawn by the parents": (4, ((0, asks), (6, consults("refer")), (10, ends))),
    "a crisis": (3, ((0, asks), (2, is_in_crisis), (4, consults("refer")), (2, agrees(REFER)), *HELPED)),
    "an arrangement": (
        6,
        (*TALKED, (5, wants_arrangement), (60, evaluates("goes_on")), (80, evaluates("goal_met"))),
    ),
    "an expert, and perhaps another school": (5, (*TALKED, (5, wants_expert), (60, evaluates("goes_on")), *HELPED)),
    "moves away": (3, (*TALKED, (30, moves))),
    "grows out of it": (2, (*TALKED, (30, outgrows), (25, is_taken_over))),
    "ended too soon": (2, (*TALKED, (20, evaluates("goal_met")), (10, reopens), (5, consults("no")), *HELPED)),
}
"""Kinds of lives: how often each comes, and what the school tells after how many days, more or less."""


def lives(children: int, seed: int, *, schools: list[School], over_days: float, run: str) -> list[Life]:
    """So many children, whose cases begin within so many days; `run` makes their ids new for each run on the same platform.

    The same arguments give the same lives, and each child's does not depend on how many there are.
    """
    boards = sorted({school.board for school in schools})
    return sorted((_life(n, seed, schools, boards, over_days, run) for n in range(children)), key=lambda life: life.begins)


def _life(n: int, seed: int, schools: list[School], boards: list[str], over_days: float, run: str) -> Life:
    random = Random(f"{seed} {n}")  # noqa: S311 -- a play, drawn again by the same seed
    kind = random.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
    school = random.choice(schools)
    others = tuple(board for board in boards if board != school.board)
    begins = random.uniform(0, over_days)
    steps = []
    for place, (usually, tell) in enumerate(KINDS[kind][1]):
        after = min(random.expovariate(1 / usually), 2 * usually) if usually else 0
        slip, again = random.random() < SLIPS, random.random() < REPEATS
        steps.append(Step(derived_id("simulator", run, str(n), str(place)), after, tell, slip, again))
    return Life(kind, begins, tuple(steps), Child(random, school, derived_id("simulator", run, str(n)), others))
