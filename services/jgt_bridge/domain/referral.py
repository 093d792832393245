"""When a child is referred to the youth team, when the referral is recalled, and whose answer counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

ANSWER_TIME = timedelta(weeks=1)
"""How long a team may take to answer: this platform's proposal; no law sets it."""


ANSWER = "team_answer"
"""The deadline of the team's answer."""


class State(StrEnum):
    """How far the referral is."""

    NONE = "none"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHHELD = "withheld"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry of the parents' consent (toestemming) or of its withdrawal, as the school recorded it."""

    id: str
    purposes: tuple[str, ...]
    sequence: int
    given: bool
    on: date


@dataclass(frozen=True, slots=True)
class Wish:
    """What parents and school want of the youth team, by their last conversation (oudergesprek)."""

    refer: bool
    held_on: date


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the school sealed about the child, by its kind: kept for the team, closed as it came."""

    kind: str
    event: str
    """The event that it came with."""
    body: Mapping[str, Any]
    """Empty when it was not kept."""
    kept: bool = False
    """Whether it stands in our table already."""


@dataclass(frozen=True, slots=True)
class Referral:
    """A child on its way to the youth team (jeugd- en gezinsteam, JGT) of its home: what is known, and how far it is.

    The school is the sender (the SWV may give no pupil data to a gemeente); nothing goes without the parents' consent.
    """

    case_id: str
    board: str
    board_urn: str
    school: str
    municipality: str
    age_band: str
    consents: tuple[Consent, ...] = ()
    """The entry that decides, if there is one; of a case from before 2026-11-26 all there were."""
    wish: Wish | None = None
    state: State = State.NONE
    referral_id: str | None = None
    answer_due: date | None = None
    """The last day on which the team's answer to it is in time."""
    open: bool = True
    sealed: tuple[Sealed, ...] = ()
    """The last of each kind."""

    def enclosing(self, sealed: Sequence[Sealed]) -> "Referral":
        """With these; each takes the place of what was sealed of its kind before."""
        kinds = {each.kind for each in sealed}
        return replace(self, sealed=(*(each for each in self.sealed if each.kind not in kinds), *sealed)) if sealed else self

    def wished(self, wish: Wish) -> "Referral":
        """With the outcome of a conversation."""
        return replace(self, wish=wish)

    @property
    def may_be_sent(self) -> bool:
        """Whether a referral is wanted and none is under way; whether consent allows it is for the consent rule to say."""
        return self.open and self.wish is not None and self.wish.refer and not self.awaits_answer

    @property
    def awaits_answer(self) -> bool:
        """Whether the team has a referral that it has not answered."""
        return self.state is State.SENT

    def sent(self, referral_id: str, answer_due: date) -> "Referral":
        """The team's answer is awaited."""
        return replace(self, state=State.SENT, referral_id=referral_id, answer_due=answer_due)

    def now(self, state: State) -> "Referral":
        """In another state."""
        return replace(self, state=state)

    def answered(self, answer: State) -> "Referral":
        """The team said yes or no: what was wished is dealt with, and only a new conversation leads to another referral."""
        return replace(self, state=answer, wish=None)

    def ended(self) -> "Referral":
        """The case has ended at this school: nothing is sent any more, and what was sealed for a team is not kept."""
        return replace(self, open=False).unsealed()

    def unsealed(self) -> "Referral":
        """With nothing kept for a team, since there is nobody any more whom it may go to; only that there was something is still known."""
        return replace(self, sealed=tuple(Sealed(each.kind, each.event, {}) for each in self.sealed))

    def reopened(self) -> "Referral":
        """The case goes on: a new conversation decides what is wished now."""
        return replace(self, open=True, wish=None)
