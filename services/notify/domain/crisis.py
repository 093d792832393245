"""A crisis as those on call see it: who was called, who took it up, and that somebody says when it is over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notify.domain.ladder import Ladder, Rung
from services.notify.domain.message import About, Message, Purpose

SCHOOL = "school"
"""Who ends a crisis by telling that it is over."""
REMIND_EVERY = timedelta(hours=4)
REMINDERS_A_DAY = 6
FORGET_AFTER = timedelta(days=30)
"""How long after its end we keep whom was written in it."""


class Stage(StrEnum):
    """How far help is."""

    CALLING = "calling"
    """Nobody has taken it up yet."""
    TAKEN = "taken"
    """A person has."""
    RESOLVED = "resolved"
    """A person has said that it is over."""


@dataclass(frozen=True, slots=True)
class Crisis:
    """One crisis of a child (crisismelding), by the id that the school gave it; nothing in it says in clear who the child is.

    As long as nobody has taken it up somebody is called next (`next_call`); as long as it is not resolved who took it up is
    reminded (`next_reminder`). One of both is always to come before its end.
    """

    id: str
    board: str
    school: str
    municipality: str
    """The gemeente of the child's home: its crisis numbers count."""
    raised_at: datetime
    urgency: str
    situation: str | None = None
    case_id: str | None = None
    state: str = "ongoing"
    """How it stands by the school."""
    stage: Stage = Stage.CALLING
    calls: int = 0
    called: str | None = None
    """The role that was called last."""
    rounds: int = 0
    """How often everybody was called in turn."""
    called_in_round: tuple[str, ...] = ()
    """The roles that were called in the round that goes on."""
    next_call: datetime | None = None
    exhausted: bool = False
    """Whether everybody was called in turn, as often as the ladder says, and nobody took it up."""
    taken_by: str | None = None
    taken_at: datetime | None = None
    reminders: int = 0
    next_reminder: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    contact: str | None = None
    """Whom to reach at school or at home, sealed as it came: only for who takes it up."""
    messages: tuple[Message, ...] = ()
    """Those that are not kept yet."""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to help."""
        return self.stage is not Stage.RESOLVED

    @property
    def forget_at(self) -> datetime | None:
        """When whom was written in it is deleted."""
        return self.ended_at + FORGET_AFTER if self.ended_at else None

    def needs(self, about: About) -> bool:
        """Whether a message about that is still worth sending."""
        match about:
            case About.CRISIS_CALL:
                return self.stage is Stage.CALLING
            case About.CASE_ESCALATED:
                return True
            case _:
                return self.stage is Stage.TAKEN

    def is_waiting_for(self, role: str) -> bool:
        """Whether that role was called last, and everybody else waits for its answer."""
        return self.stage is Stage.CALLING and self.called == role and not self.exhausted

    def call(self, ladder: Ladder, now: datetime) -> "Crisis":
        """Call who is next; when all had their turns, or nobody can be reached, everybody again every hour."""
        turn = ladder.turn(self.rounds, self.called_in_round)
        calls = (Message(About.CRISIS_CALL, rung.role, rung.address, now, turn.wait, Purpose.TAKE) for rung in turn.rungs)
        return replace(
            self,
            calls=self.calls + 1,
            called=turn.rungs[-1].role if turn.rungs else self.called,
            rounds=turn.rounds,
            called_in_round=turn.called,
            next_call=now + turn.wait,
            exhausted=turn.is_through,
            messages=(*self.messages, *calls),
        )

    def take(self, role: str, reached: Rung | None, now: datetime) -> "Crisis":
        """Somebody in that role has taken it up: nobody is called any more, and it is theirs until it is resolved."""
        taken = replace(self, stage=Stage.TAKEN, taken_by=role, taken_at=now, next_call=None, next_reminder=now + REMIND_EVERY)
        return taken.tell(Message(About.CRISIS_TAKEN, role, reached.address, now, REMIND_EVERY, Purpose.RESOLVE)) if reached else taken

    def remind(self, taker: Rung | None, top: Rung | None, now: datetime) -> "Crisis":
        """Who took it up is asked again whether it is over; after every whole day the top of the ladder is asked too."""
        reminded = replace(self, reminders=self.reminders + 1, next_reminder=now + REMIND_EVERY)
        asked = [(About.CRISIS_REMINDER, taker), (About.CRISIS_UNRESOLVED, top if reminded.is_unresolved_for_a_day else None)]
        for about, rung in asked:
            if rung:
                reminded = reminded.tell(Message(about, rung.role, rung.address, now, REMIND_EVERY, Purpose.RESOLVE))
        return reminded

    @property
    def is_unresolved_for_a_day(self) -> bool:
        """Whether the reminder that was just given is the last of a day."""
        return self.reminders > 0 and self.reminders % REMINDERS_A_DAY == 0

    def resolve(self, by: str, now: datetime) -> "Crisis":
        """A person has said that it is over: what is not kept yet calls and reminds nobody any more."""
        return replace(self, stage=Stage.RESOLVED, ended_by=by, ended_at=now, next_call=None, next_reminder=None, messages=())

    def begin_again(self) -> "Crisis":
        """The school says that it goes on after its end: it is called for as on the first day."""
        first = (self.id, self.board, self.school, self.municipality, self.raised_at, self.urgency)
        return Crisis(*first, situation=self.situation, case_id=self.case_id, state=self.state, contact=self.contact)

    def tell(self, message: Message) -> "Crisis":
        """With a message about it."""
        return replace(self, messages=(*self.messages, message))
