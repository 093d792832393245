"""The guardian's rules: which obligations an open case holds after each fact, so that no child is ever without a next step."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.intake.domain import obligation as duty
from services.intake.domain.crisis import Ahead, Call, Crisis
from services.intake.domain.history import Entry
from services.intake.domain.obligation import Kind, Obligation

TEAM_STATUS = frozenset({"jgt_referral_accepted", "jgt_referral_declined", "jgt_referral_overdue"})
"""What the gemeente's team tells; a child's school hears of it only with the parents' consent."""

TALKED = (Kind.CONSULT_PARENTS, Kind.DISCUSS_REPORT)
"""What any talk with the parents settles."""
REACHED = (Kind.REACH_PERSON,)
"""What is settled when somebody was reached, also by a talk that ends the case."""
EVALUATED = (Kind.EVALUATE_SUPPORT, Kind.EVALUATE_ARRANGEMENT)
"""What an evaluation with the parents settles, besides that."""


class Outcome(StrEnum):
    """The only ways in which a case ends."""

    SUPPORTED = "supported"
    PLACED = "placed"
    WITHDRAWN = "withdrawn"
    ENDED_BY_AGE = "ended_by_age"
    MOVED = "moved"


class Result(StrEnum):
    """What school and parents find when they evaluate the support (evaluatie)."""

    GOAL_MET = "goal_met"
    GOES_ON = "goes_on"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True)
class Handover:
    """The child goes to a school of another board (warme overdracht); without `to` that board takes no part in this platform."""

    to: str | None
    outcome: Outcome
    """How the case ends when the next school has taken over."""


@dataclass(frozen=True, slots=True)
class Case:
    """A child's request for support at one board (ondersteuningsvraag), without anything that says who the child is.

    Open means: at least one obligation. Building an open case without one is a mistake in the rules, and raises.
    """

    id: str
    board: str
    board_urn: str
    school: str
    municipality: str
    age_band: str
    opened_on: date
    team_known: bool
    """Whether a youth team of this region serves the child's home; for a home elsewhere the school asks that gemeente itself."""
    obligations: tuple[Obligation, ...]
    outcome: Outcome | None = None
    referral_wanted: bool = False
    may_refer: bool = False
    feedback: bool = False
    """Whether the parents let the school hear how the youth team gets on."""
    refer_withdrawn: int = 0
    """Where among the school's events consent to refer was last taken back; what was said before that does not count any more."""
    feedback_withdrawn: int = 0
    """The same for feedback to the school."""
    placed: bool = False
    """Whether the child has started at another school and not left it again."""
    handover: Handover | None = None
    calls: tuple[Call, ...] = ()
    """What was heard of the calls for crises, also for one that is not known here yet."""
    crises: tuple[Crisis, ...] = ()
    """Every crisis that the school told of, open or over."""
    new_entries: tuple[Entry, ...] = ()
    """Lines of the history that are not kept yet."""

    def __post_init__(self) -> None:
        if self.is_open and not self.obligations:
            raise ValueError("an open case without an obligation is a child without a next step")

    @classmethod
    def opened(cls, case_id: str, *, board: str, opened_on: date, **child: Any) -> "Case":
        """A new case, and what is owed to the child first: that the school talks with the parents."""
        return cls(id=case_id, board=board, opened_on=opened_on, obligations=(duty.consult_parents(board, opened_on),), **child)

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes this child something."""
        return self.outcome is None

    @property
    def by_date(self) -> list[Obligation]:
        """All obligations, the one that is due first at the head, whatever order they came in."""
        return sorted(self.obligations, key=lambda each: (each.due, each.kind))

    @property
    def next_step(self) -> Obligation | None:
        """The obligation that is due first."""
        return next(iter(self.by_date), None)

    def consulted(self, *, referral_wanted: bool, on: date) -> "Case":
        """The parents were consulted (oudergesprek): refer, ask consent for it first, or go on with the school's own support."""
        case, talked = replace(self, referral_wanted=referral_wanted), self._talked(on)
        if not referral_wanted:
            settled = (*talked, Kind.OBTAIN_CONSENT, Kind.DECIDE_NEXT_STEP)
            return case.with_duty(duty.evaluate_support(self.board, on), without=settled)
        if self.owes(Kind.TEAM_ANSWER):  # the wish is with the team already
            return replace(self, referral_wanted=True, obligations=self._left(*talked))
        if not self.team_known:
            return case.with_duty(duty.ask_elsewhere(self.board, on), without=talked)
        step = duty.refer(on) if self.may_refer else duty.obtain_consent(self.board, on)
        return case.with_duty(step, without=(*talked, Kind.DECIDE_NEXT_STEP))

    def consented(self, *, to_refer: bool, to_feedback: bool, on: date) -> "Case":
        """The parents gave consent (toestemming) for these purposes."""
        case = replace(self, may_refer=self.may_refer or to_refer, feedback=self.feedback or to_feedback)
        if to_refer and self.referral_wanted and self.team_known and self.owes(Kind.OBTAIN_CONSENT, Kind.DECIDE_NEXT_STEP):
            return case.with_duty(duty.refer(on), without=(Kind.OBTAIN_CONSENT, Kind.DECIDE_NEXT_STEP))
        return case

    def was_withdrawn_since(self, *, to_refer: bool, to_feedback: bool, order: int) -> bool:
        """Whether the parents took back afterwards what they agreed to at that place among the school's events."""
        return (to_refer and order < self.refer_withdrawn) or (to_feedback and order < self.feedback_withdrawn)

    def consent_withdrawn(self, *, to_refer: bool, to_feedback: bool, on: date, order: int) -> "Case":
        """The parents took consent back for these purposes; a referral already sent is recalled by its sender."""
        case = replace(
            self,
            may_refer=self.may_refer and not to_refer,
            feedback=self.feedback and not to_feedback,
            refer_withdrawn=order if to_refer else self.refer_withdrawn,
            feedback_withdrawn=order if to_feedback else self.feedback_withdrawn,
        )
        if to_refer and self.owes(Kind.REFER):
            return case.with_duty(duty.decide_next_step(self.board, on), without=(Kind.REFER,))
        return case

    def evaluated(self, result: Result, *, on: date, again_on: date | None) -> "Case":
        """School and parents looked whether the support is enough; the case ends when its goal was met and nobody owes anything else.

        What somebody else owes, or what waits for an answer, keeps it open: no case is closed over an open obligation.
        """
        talked = (*self._talked(on), *EVALUATED, *self._stayed(on))
        settled = (*talked, Kind.DECIDE_NEXT_STEP)
        match result:
            case Result.NOT_ENOUGH:
                return self.sooner(duty.decide_next_step(self.board, on), without=talked)
            case Result.GOES_ON:
                return self.with_duty(duty.evaluate_support(self.board, on, again_on), without=settled)
            case Result.GOAL_MET:
                left = self._left(*settled, *REACHED, Kind.OBTAIN_CONSENT)
                return replace(self, obligations=left) if left else self.closed(Outcome.PLACED if self.placed else Outcome.SUPPORTED)

    def announces(self, handover: Handover, starts_on: date) -> "Case":
        """The child goes to another board; who owes it something now goes on until that board has taken over."""
        case = replace(self, handover=handover)
        return case.with_duty(duty.take_over(handover.to or self.board, starts_on), without=())

    def may_take_over(self, board: str) -> bool:
        """Whether it is that board's to say that the child was taken over."""
        return self.handover is not None and board == (self.handover.to or self.board)

    def taken_over(self) -> "Case":
        """The next school looks after the child."""
        return self.closed(self.handover.outcome) if self.handover else self

    def reopened(self, on: date) -> "Case":
        """Parents or school contest that it ended: the board decides with the parents what comes next."""
        return replace(self, outcome=None, handover=None, referral_wanted=False, obligations=(duty.decide_next_step(self.board, on),))

    def referred(self, *, gemeente: str, answer_due: date) -> "Case":
        """The youth team has the referral; the school keeps the case until the team accepts."""
        return self.with_duty(duty.team_answer(gemeente, answer_due), without=(Kind.REFER,))

    def team_accepted(self, on: date) -> "Case":
        """The youth team takes it up: the school evaluates with the parents whether it is enough."""
        case = replace(self, referral_wanted=False)
        return case.with_duty(duty.evaluate_support(self.board, on), without=(Kind.TEAM_ANSWER, Kind.DECIDE_NEXT_STEP))

    def team_declined(self, on: date) -> "Case":
        """The wish was dealt with, and nobody helps: only a new conversation leads to another referral."""
        return replace(self, referral_wanted=False).referral_ended(on)

    def referral_ended(self, on: date) -> "Case":
        """Nobody helps yet, so the board decides what comes instead; the parents may agree again to what was recalled."""
        return self.with_duty(duty.decide_next_step(self.board, on), without=(Kind.TEAM_ANSWER, Kind.REFER))

    def takes_up(self, ahead: Ahead) -> "Case":
        """What its own board told of before it was open counts from when it was noticed."""
        case = replace(self, calls=ahead.calls)
        for crisis in sorted(ahead.crises, key=lambda each: each.noticed_on):
            if self.is_told_by(crisis.board_urn):
                case = case.crisis(crisis).noted(crisis.heard)
        return case

    def is_told_by(self, board_urn: str) -> bool:
        """Whether it is that board's to say how this child is."""
        return self.board_urn == board_urn

    def crisis(self, crisis: Crisis) -> "Case":
        """There is a crisis: whoever helps now, board and parents plan how the child goes on.

        A plan that is owed already stays as it is, with its date and how late it is: another crisis gives nobody a new term.
        """
        case = replace(self, crises=(*(each for each in self.crises if not each.is_the_same(crisis)), crisis))
        if self.owes(Kind.PLAN_AFTER_CRISIS):
            return case
        return case.with_duty(duty.plan_after_crisis(self.board, crisis.noticed_on), without=())

    def crisis_goes_on(self, crisis: Crisis) -> "Case":
        """How a crisis stands changes nothing in what is owed, also when it is over; one first heard of now is taken up as any."""
        return self if any(each.is_the_same(crisis) for each in self.crises) else self.crisis(crisis)

    def knows_of(self, subject: str) -> bool:
        """Whether that is this case, or a crisis of its child that its own board told of."""
        return subject == self.id or any(each.id == subject for each in self.crises)

    def unreached(self, swv: str, on: date) -> "Case":
        """A message about this child reached nobody: the samenwerkingsverband reaches somebody another way."""
        return self.sooner(duty.reach_person(swv, on), without=())

    def called(self, call: Call) -> "Case":
        """With what was heard of the call for a crisis, known here already or not."""
        return replace(self, calls=call.among(self.calls))

    def seen_to(self, swv: str, on: date) -> "Case":
        """Somebody has to take up a crisis for which everybody was called in vain; a person who did settles it, never a mailbox."""
        if any(call.is_unanswered and self.knows_of(call.crisis) for call in self.calls):
            return self.sooner(duty.take_up_crisis(swv, on), without=())
        left = self._left(Kind.TAKE_UP_CRISIS)
        if self.is_open and not left:
            return self.with_duty(duty.plan_after_crisis(self.board, on), without=(Kind.TAKE_UP_CRISIS,))
        return replace(self, obligations=left)

    def reached(self) -> "Case":
        """Somebody was reached after all."""
        left = self._left(*REACHED)
        return replace(self, obligations=left) if left else self

    def _talked(self, on: date) -> tuple[Kind, ...]:
        """What a talk with the parents on that day settles, whatever came of it.

        The plan after a crisis with it, when the talk was on the day on which the crisis was noticed or later (of several, the last one):
        agreeing with the parents how it goes on is exactly what is owed. A talk before that day was about something else.
        """
        before = any(on < each.noticed_on for each in self.crises)
        return TALKED if before else (*TALKED, Kind.PLAN_AFTER_CRISIS)

    def _stayed(self, on: date) -> tuple[Kind, ...]:
        """What an evaluation at this school after the day on which the child was to start elsewhere settles: it stayed."""
        leaving = next((each for each in self.obligations if each.kind is Kind.TAKE_OVER), None)
        return (Kind.TAKE_OVER,) if leaving and leaving.due < on else ()

    def asks_arrangement(self, swv: str, on: date) -> "Case":
        """The board asks the samenwerkingsverband for an arrangement; all that the board owes stays."""
        return self.with_duty(duty.decide_arrangement(swv, on), without=())

    def arrangement_granted(self, evaluate_on: date) -> "Case":
        """It was granted: the school looks with the parents whether it is enough."""
        return self.with_duty(duty.evaluate_arrangement(self.board, evaluate_on), without=(Kind.DECIDE_ARRANGEMENT,))

    def arrangement_refused(self, on: date) -> "Case":
        """It was not: the board decides what comes instead."""
        return self.sooner(duty.decide_next_step(self.board, on), without=(Kind.DECIDE_ARRANGEMENT,))

    def arrangement_ended(self, on: date) -> "Case":
        """It is over: the board decides what comes next."""
        return self.sooner(duty.decide_next_step(self.board, on), without=(Kind.EVALUATE_ARRANGEMENT,))

    def asks_expert(self, swv: str, on: date) -> "Case":
        """The board asks the samenwerkingsverband for an expert."""
        return self.with_duty(duty.assign_expert(swv, on), without=())

    def expert_assigned(self, swv: str, report_due: date) -> "Case":
        """An expert comes, and is to report."""
        return self.with_duty(duty.expert_report(swv, report_due), without=(Kind.ASSIGN_EXPERT,))

    def expert_reported(self, on: date) -> "Case":
        """The school has the report, and discusses it with the parents."""
        return self.with_duty(duty.discuss_report(self.board, on), without=(Kind.EXPERT_REPORT,))

    def place_sought(self, swv: str, find_by: date) -> "Case":
        """Another school is sought, or sought again: the board bridges the time until the child starts there."""
        case = self.with_duty(duty.find_place(swv, find_by), without=(Kind.ANSWER_OFFER,))
        return case.with_duty(duty.bridge_to_place(self.board, find_by), without=())

    def place_offered(self, answer_due: date) -> "Case":
        """A place is held; finding one stays a duty until parents and school accept it."""
        return self.with_duty(duty.answer_offer(self.board, answer_due), without=())

    def place_agreed(self, there: str, starts_on: date) -> "Case":
        """The board `there` lets the child start; its own board bridges the time until then."""
        case = self.with_duty(duty.start_placement(there, starts_on), without=(Kind.ANSWER_OFFER, Kind.FIND_PLACE))
        return case.with_duty(duty.bridge_to_place(self.board, starts_on), without=())

    def placement_started(self, on: date) -> "Case":
        """The child has started there: its own board looks with parents and new school whether it has landed."""
        case = replace(self, placed=True)
        return case.sooner(duty.evaluate_support(self.board, on), without=(Kind.START_PLACEMENT, Kind.BRIDGE_TO_PLACE))

    def placement_ended(self, on: date) -> "Case":
        """The child left again: no child is between two schools without somebody who decides."""
        return replace(self, placed=False).sooner(duty.decide_next_step(self.board, on), without=())

    def stalled(self, late: Obligation, swv: str) -> "Case":
        """Everybody on the ladder has heard, and it is still owed: the samenwerkingsverband gets the case going again."""
        return self.with_duty(late, without=()).with_duty(duty.resolve_stall(swv, late.due), without=())

    def late(self, kind: str, today: date) -> Obligation | None:
        """The obligation of that kind, one step further; None when it was met."""
        found = next((each for each in self.obligations if each.kind.value == kind), None)
        return found.climbed(today) if found and found.climbs_after else None

    def closed(self, outcome: Outcome) -> "Case":
        """Nobody owes anything any more."""
        return replace(self, outcome=outcome, obligations=())

    def may_show(self, line: Entry) -> bool:
        """Whether the school may read this line: how the youth team gets on only where the parents allow feedback."""
        return self.feedback or line.event not in TEAM_STATUS

    def noted(self, entry: Entry) -> "Case":
        """The case with one more line in its history."""
        return replace(self, new_entries=(*self.new_entries, entry))

    def owes(self, *kinds: Kind) -> bool:
        """Whether somebody owes any of these."""
        return any(each.kind in kinds for each in self.obligations)

    def sooner(self, added: Obligation, *, without: tuple[Kind, ...]) -> "Case":
        """Take up an obligation unless it is owed already and due before: a late duty gets no new term."""
        owed = next((each for each in self.obligations if each.kind is added.kind), added)
        return self.with_duty(min(owed, added, key=lambda each: each.due), without=without)

    def with_duty(self, added: Obligation, *, without: tuple[Kind, ...]) -> "Case":
        """Take up an obligation and let go of these kinds; a closed case takes up nothing.

        One that is owed already, until the same day, stays as late as it is: to be told again gives nobody a new ladder.
        """
        if not self.is_open:
            return self
        latest = max((added, *(each for each in self.obligations if each == added)), key=lambda each: each.steps)
        return replace(self, obligations=duty.with_stall((*self._left(*without, added.kind), latest)))

    def _left(self, *without: Kind) -> tuple[Obligation, ...]:
        """What is owed besides these kinds."""
        return duty.with_stall(tuple(each for each in self.obligations if each.kind not in without))


Known = Case | Ahead
"""What the guardian knows under the id of a case: the case, or what it heard before that."""
