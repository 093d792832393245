"""Who looks at the console, and what may be seen: the one place that says so, for pages and API alike.

A board sees its own cases, and how the youth team gets on only where the parents let it. The samenwerkingsverband sees no youth care:
"a step with a third party, due then". A gemeente sees what is addressed to it. An operator sees ids, states and times, and no content.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from services.console.domain.case import THIRD_PARTY, Case, Obligation

TEAM_STATUS = frozenset({"jgt_referral_accepted", "jgt_referral_declined", "jgt_referral_overdue"})
"""How the youth team gets on."""
NOTIFY = "notify"
"""Who calls people in a crisis, and tells its board what came of it."""
YOUTH_CARE = frozenset({"refer"})
"""The duties that say more than that a third party is at it."""


class Role(StrEnum):
    """What somebody comes as."""

    BOARD = "board"
    SWV = "swv"
    GEMEENTE = "gemeente"
    OPERATOR = "operator"


class List(StrEnum):
    """What can be listed, by its place on the site."""

    CASES = "zaken"
    THIS_WEEK = "deze-week"
    OVERDUE = "te-laat"
    WITHOUT_STEP = "zonder-stap"
    CRISES = "crises"
    ELSEWHERE = "bij-anderen"
    HELPED = "geholpen"
    WORK = "werklijst"
    REFERRALS = "verwijzingen"
    UNANSWERED = "zonder-antwoord"
    PARKED = "geparkeerd"
    LETTERS = "dode-brieven"


_OF_CASES = (List.CRISES, List.OVERDUE, List.THIS_WEEK, List.CASES, List.WITHOUT_STEP, List.ELSEWHERE, List.HELPED)
LISTS = {
    Role.BOARD: _OF_CASES,
    Role.SWV: (List.WORK, *_OF_CASES),
    Role.GEMEENTE: (List.UNANSWERED, List.REFERRALS),
    Role.OPERATOR: (List.PARKED, List.LETTERS, List.WITHOUT_STEP),
}
ALWAYS_AT_HAND = {
    Role.BOARD: (List.CASES, List.CRISES),
    Role.SWV: (List.WORK, List.CASES, List.CRISES),
    Role.GEMEENTE: LISTS[Role.GEMEENTE],
    Role.OPERATOR: (List.PARKED, List.LETTERS),
}
"""Those that each page leads to; the overview's figures lead to all of them."""
_TOPICS = {
    Role.BOARD: ("school.", "guard.", "swv.", "jgt.", "dlq.", "notify."),
    Role.SWV: ("school.requests.", "school.crises.", "guard.", "swv."),
    Role.GEMEENTE: (),
    Role.OPERATOR: ("",),
}
"""How the names of the topics begin that somebody may read beside those addressed to the own organisation."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who signed in: for which party, by which organisation's URN, and as what."""

    party: str
    role: Role
    urn: str = ""

    @property
    def board(self) -> str | None:
        """The board whose cases these are to be, or all of them."""
        return self.party if self.role is Role.BOARD else None

    @property
    def operates(self) -> bool:
        """Whether this is an operator, who reads the whole record as ids, states and times."""
        return self.role is Role.OPERATOR

    def may_list(self, what: List) -> bool:
        """Whether there is such a list for this visitor."""
        return what in LISTS[self.role]

    def may_open(self, case: Case | None, referred_to: Collection[str]) -> bool:
        """Whether a case may be opened; `referred_to` are the gemeenten that it was referred to."""
        match self.role:
            case Role.BOARD:
                return case is not None and case.board == self.party
            case Role.SWV:
                return case is not None
            case Role.GEMEENTE:
                return self.party in referred_to
            case Role.OPERATOR:
                return True

    def may_open_crisis(self, board_urn: str | None) -> bool:
        """Whether a crisis may be opened that this organisation raised."""
        return self.role in {Role.SWV, Role.OPERATOR} or (self.role is Role.BOARD and board_urn == self.urn)

    def may_read(self, topic: str, stem: str, speaker: str, *, feedback: bool) -> bool:
        """Whether one record of an opened case may be read; `feedback`: whether the parents let the school hear from the team."""
        if self.role is Role.BOARD and stem in TEAM_STATUS and not feedback:
            return False
        own = topic.startswith(f"to.{self.party}.") or speaker == self.party
        return own or topic.startswith(_TOPICS[self.role])

    def may_read_of_crisis(self, topic: str, speaker: str) -> bool:
        """Whether one record of an opened crisis may be read; its id may be a case's, or another board may have told of one under it."""
        own = topic.startswith(f"to.{self.party}.")
        if self.role is Role.BOARD:
            return own or (speaker in {self.party, NOTIFY} and not topic.startswith("to."))
        return own or topic.startswith(_TOPICS[self.role])

    def seen(self, duty: Obligation) -> Obligation:
        """A duty as this visitor may know it."""
        if self.role is Role.SWV and duty.kind in YOUTH_CARE:
            return replace(duty, kind="third_party_step", owner=THIRD_PARTY, ground="A step with a third party")
        return duty
