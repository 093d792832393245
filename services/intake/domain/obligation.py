"""What somebody must do for a child by a date: an open case always holds at least one of these."""

from dataclasses import dataclass, field, replace
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
    PLAN_AFTER_CRISIS = "plan_after_crisis"
    DECIDE_ARRANGEMENT = "decide_arrangement"
    EVALUATE_ARRANGEMENT = "evaluate_arrangement"
    ASSIGN_EXPERT = "assign_expert"
    EXPERT_REPORT = "expert_report"
    DISCUSS_REPORT = "discuss_report"
    FIND_PLACE = "find_place"
    BRIDGE_TO_PLACE = "bridge_to_place"
    ANSWER_OFFER = "answer_offer"
    START_PLACEMENT = "start_placement"
    TAKE_OVER = "take_over"
    RESOLVE_STALL = "resolve_stall"
    REACH_PERSON = "reach_person"
    TAKE_UP_CRISIS = "take_up_crisis"


SUPPORT_LADDER = ("education_specialist", "school_director", "swv_director")
"""Who hears of it, week after week, when support is late: first the specialist who leads the support (onderwijsspecialist)."""
DUTY_OF_CARE_LADDER = ("school_director", "school_board", "swv_director")
"""The same where the board's own duty of care (zorgplicht) is late."""
DUTY_OF_CARE = frozenset({Kind.DECIDE_NEXT_STEP, Kind.BRIDGE_TO_PLACE, Kind.START_PLACEMENT})
"""Where a child has no fitting place at school as long as it is late."""
CLIMBS_EVERY = timedelta(weeks=1)
STALLS_EVERY = timedelta(weeks=4)
"""How often it is said again, once everybody on the ladder has heard; this platform's proposal."""

PLATFORM = "jgt_bridge"
THIRD_PARTY = "third_party"


@dataclass(frozen=True, slots=True)
class Obligation:
    """Somebody's duty: what (`kind`), whose (`owner`: a party or a service), until when (`due`, the last day) and why (`ground`).

    When it is late it climbs a ladder, a step a week (`steps` so far), until it is met; a week after the top has heard of it the case
    has stalled, and that is said again every four weeks.
    """

    kind: Kind
    owner: str
    due: date
    ground: str
    steps: int = field(default=0, compare=False)  # how late it is changes nothing in what is owed

    @property
    def ladder(self) -> tuple[str, ...]:
        """The roles that hear of it in turn."""
        return DUTY_OF_CARE_LADDER if self.kind in DUTY_OF_CARE else SUPPORT_LADDER

    @property
    def climbs_after(self) -> date | None:
        """The last day before its next step; None for the one duty that stands for others, which are late themselves."""
        if self.kind is Kind.RESOLVE_STALL:
            return None
        let_go = timedelta(days=1) if self.kind is Kind.ANSWER_OFFER else timedelta()  # placement itself lets the offer go on that day
        return self.due + let_go + min(self.steps, len(self.ladder)) * CLIMBS_EVERY + self.stalls * STALLS_EVERY

    @property
    def stalls(self) -> int:
        """How often it was late beyond the top of its ladder."""
        return max(0, self.steps - len(self.ladder))

    def climbed(self, today: date) -> "Obligation":
        """One step further up; beyond the top as often as has passed by now, so that a date of long ago is said once."""
        further = replace(self, steps=self.steps + 1)
        while further.stalls and further.climbs_after and further.climbs_after < today:
            further = replace(further, steps=further.steps + 1)
        return further

    def as_others_see_it(self) -> "Obligation":
        """Without youth-care status: those who may not know of it see a step with a third party, due then."""
        if self.kind is Kind.TEAM_ANSWER:
            return replace(self, owner=THIRD_PARTY, ground="A step with a third party")
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


def evaluate_support(board: str, since: date, on: date | None = None) -> Obligation:
    """Evaluate with the parents whether the support is enough (handelingsgericht werken: every step has an evaluation date).

    Six weeks after the step before, or on the date that school and parents agreed on, at most a year away (WPO art. 40a: once a year).
    """
    due = min(on, since + timedelta(days=365)) if on else since + timedelta(weeks=6)
    return Obligation(Kind.EVALUATE_SUPPORT, board, due, "Evaluation with the parents (handelingsgericht werken)")


def plan_after_crisis(board: str, noticed: date) -> Obligation:
    """Agree with parents and helpers how the child goes on after a crisis; one week: a proposal, no public norm was found."""
    return Obligation(Kind.PLAN_AFTER_CRISIS, board, noticed + timedelta(weeks=1), "Fast help in a crisis (brochure PPO regio Leiden)")


def decide_arrangement(swv: str, requested: date) -> Obligation:
    """Decide on an arrangement: six weeks, as samenwerkingsverbanden promise: it fits into the ten of the duty of care."""
    return Obligation(Kind.DECIDE_ARRANGEMENT, swv, requested + timedelta(weeks=6), "Decision within a reasonable term (Awb art. 4:13)")


def evaluate_arrangement(board: str, due: date) -> Obligation:
    """Look with the parents whether the arrangement is enough, by the date that the grant names: an arrangement is temporary."""
    return Obligation(Kind.EVALUATE_ARRANGEMENT, board, due, "An arrangement is temporary: evaluation as granted")


def assign_expert(swv: str, requested: date) -> Obligation:
    """Find the expert that a school asks for; two weeks: a proposal, no public norm was found."""
    return Obligation(Kind.ASSIGN_EXPERT, swv, requested + timedelta(weeks=2), "Advice on a board's request (WPO art. 18a)")


def expert_report(swv: str, due: date) -> Obligation:
    """Have the expert report to the school, by the date that was agreed: the samenwerkingsverband's, whoever sent the expert."""
    return Obligation(Kind.EXPERT_REPORT, swv, due, "Report as agreed when the expert was assigned")


def discuss_report(board: str, reported: date) -> Obligation:
    """Discuss the expert's report with the parents; two weeks, as for any talk with them: a proposal."""
    return Obligation(
        Kind.DISCUSS_REPORT, board, reported + timedelta(weeks=2), "Early consultation of parents (brochure PPO regio Leiden)"
    )


def find_place(swv: str, due: date) -> Obligation:
    """Find a place at another school, by the date that the search names; it stays the samenwerkingsverband's until a place is agreed."""
    return Obligation(Kind.FIND_PLACE, swv, due, "A school that is willing to admit (WPO art. 40), in a covering network (art. 18a)")


def bridge_to_place(board: str, due: date) -> Obligation:
    """Keep the child supported until it starts elsewhere (overbrugging): until then the duty of care is its own board's."""
    return Obligation(Kind.BRIDGE_TO_PLACE, board, due, "Duty of care until another school admits (WPO art. 40)")


def answer_offer(board: str, due: date) -> Obligation:
    """Answer the offer of a place together with the parents, by the date until which the place is held."""
    return Obligation(Kind.ANSWER_OFFER, board, due, "The offered place is held until then")


def start_placement(board: str, due: date) -> Obligation:
    """Let the child start on the agreed date: the board's that has the place."""
    return Obligation(Kind.START_PLACEMENT, board, due, "Agreed by parents and school (WPO art. 40)")


def take_up_crisis(swv: str, since: date) -> Obligation:
    """Reach somebody who helps in a crisis for which everybody was called in vain: the samenwerkingsverband's, on the same day."""
    return Obligation(Kind.TAKE_UP_CRISIS, swv, since, "Fast help in a crisis (brochure PPO regio Leiden)")


def take_over(receiver: str, starts_on: date) -> Obligation:
    """Take over a child that goes to another board (warme overdracht); the old board's where the next takes no part in this platform."""
    return Obligation(Kind.TAKE_OVER, receiver, starts_on, "Educational report for the next school (WPO art. 42)")


def resolve_stall(swv: str, due: date) -> Obligation:
    """Get a case going that stands still: the samenwerkingsverband's, as long as anything in it has stalled."""
    return Obligation(Kind.RESOLVE_STALL, swv, due, "No child goes without fitting support (WPO art. 18a)")


def reach_person(swv: str, since: date) -> Obligation:
    """Reach by phone or in person who could not be reached by message: the samenwerkingsverband's, by the next day."""
    return Obligation(Kind.REACH_PERSON, swv, since + timedelta(days=1), "A message about this child reached nobody")


def with_stall(obligations: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
    """The same; resolving a stall is owed until nothing has stalled any more, and due when the first is said again."""
    again = [each.climbs_after for each in obligations if each.stalls and each.climbs_after]
    if again:
        return tuple(replace(each, due=min(again)) if each.kind is Kind.RESOLVE_STALL else each for each in obligations)
    return tuple(each for each in obligations if each.kind is not Kind.RESOLVE_STALL)
