"""What somebody must do for a child by a date: an open case always holds at least one of these."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What must be done."""

    CONSULT_PARENTS = "consult_parents"
    OBTAIN_CONSENT = "obtain_consent"
    REFER = "refer"
    TEAM_ANSWER = "team_answer"
    DECIDE_NEXT_STEP = "decide_next_step"
    EVALUATE_SUPPORT = "evaluate_support"


PLATFORM = "jgt_bridge"
THIRD_PARTY = "third_party"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Somebody's duty: what (`kind`), whose (`owner`: a party or a service), until when (`due`, the last day) and why (`ground`)."""

    kind: Kind
    owner: str
    due: date
    ground: str

    def as_others_see_it(self) -> "Obligation":
        """Without youth-care status: those who may not know of it see a step with a third party, due then."""
        if self.kind is Kind.TEAM_ANSWER:
            return Obligation(self.kind, THIRD_PARTY, self.due, "A step with a third party")
        return self


def consult_parents(board: str, opened: date) -> Obligation:
    """Talk with the parents early (overleg met ouders in een vroegtijdig stadium: the brochure's goal); two weeks: a proposal."""
    return Obligation(Kind.CONSULT_PARENTS, board, opened + timedelta(weeks=2), "Early consultation of parents (brochure PPO regio Leiden)")


def obtain_consent(board: str, asked: date) -> Obligation:
    """Ask the parents' explicit consent to share data with the youth team (AVG toestemming); two weeks."""
    return Obligation(Kind.OBTAIN_CONSENT, board, asked + timedelta(weeks=2), "Explicit consent of the parents (AVG art. 6 and 9)")


def refer(wanted: date) -> Obligation:
    """Send the referral that the parents want and consented to: the platform's own duty, one day."""
    return Obligation(Kind.REFER, PLATFORM, wanted + timedelta(days=1), "The parents want it and consented")


def team_answer(gemeente: str, due: date) -> Obligation:
    """Answer the referral: the gemeente's, by the date that the referral names."""
    return Obligation(Kind.TEAM_ANSWER, gemeente, due, "Agreed response time for a referral")


def decide_next_step(board: str, since: date) -> Obligation:
    """Decide with the parents what comes instead: without help the duty stays with the board (zorgplicht, WPO art. 40)."""
    return Obligation(Kind.DECIDE_NEXT_STEP, board, since + timedelta(weeks=1), "Duty of care of the board (WPO art. 40)")


def ask_elsewhere(board: str, since: date) -> Obligation:
    """Ask the youth team of a home outside this region: no team here serves it, so the school does it itself; one week."""
    return Obligation(
        Kind.DECIDE_NEXT_STEP, board, since + timedelta(weeks=1), "The child's home lies outside the region: ask that gemeente"
    )


def evaluate_support(board: str, since: date) -> Obligation:
    """Evaluate with the parents whether the support is enough (handelingsgericht werken: every step has an evaluation date); six weeks."""
    return Obligation(Kind.EVALUATE_SUPPORT, board, since + timedelta(weeks=6), "Evaluation with the parents (handelingsgericht werken)")
