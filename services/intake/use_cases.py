"""What the guardian decides: open, change and close a case, and tell its obligations whenever they change."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

import structlog
from passend_contracts import catalogue
from passend_contracts.events import CaseClosed, CaseReopened

from services.chassis.calendar import day
from services.chassis.transaction import Transaction
from services.intake import translation
from services.intake.domain.case import Case, Handover, Known, Outcome, Result
from services.intake.domain.crisis import Ahead, Call, Crisis
from services.intake.domain.history import Entry
from services.intake.domain.obligation import Kind

PARENTS = frozenset({"parent", "guardian"})
"""One of them is there when support is evaluated (WPO art. 40a)."""

A_YEAR = timedelta(days=365)
"""How long a hand-over may be announced ahead of it: nobody's duty lies further away."""

log = structlog.get_logger()


def open_case(tx: Transaction[Known], case: Case) -> None:
    """Take a case up, once, with the crises that were heard ahead of it."""
    if _case(tx):
        tx.refuse(
            rule="case_opened_once",
            ground="Every registration at a board is a case of its own",
            possible="Send what changed as its own event, or use a new case id for another request.",
        )
        return
    tx.publish(translation.case_opened(case))
    log.info("case_opened", board=case.board)
    if isinstance(tx.state, Ahead):
        if not all(case.is_told_by(each.board_urn) for each in tx.state.crises):
            log.warning("crisis_of_another_board")
        case = case.takes_up(tx.state).seen_to(translation.swv(tx), day(tx.now))
    _keep(tx, case)


def change_case(tx: Transaction[Known], change: Callable[[Case], Case]) -> None:
    """Let a fact change the case."""
    if case := _open_case(tx):
        _keep(tx, change(case))


def ask(tx: Transaction[Known], change: Callable[[Case], Case], *pending: Kind) -> None:
    """Put a request to the samenwerkingsverband, unless one of its kind is pending: then deciding one would settle the other."""
    if case := _open_case(tx):
        if case.owes(*pending):
            tx.refuse(
                rule="request_pending",
                ground="The samenwerkingsverband deals with one request of a kind at a time",
                possible="Wait for what comes of the one before, then send it as a new event.",
            )
        else:
            _keep(tx, change(case))


def take_consent(tx: Transaction[Known], purposes: Mapping[str, bool], on: date) -> None:
    """Let what waited for this consent go on; a consent that took effect late never undoes a withdrawal that came after it."""
    case = _open_case(tx)
    if case and case.was_withdrawn_since(**purposes, order=tx.work.order):
        tx.refuse(
            rule="consent_withdrawn_since",
            ground="Consent can be withdrawn at any time (AVG art. 7.3)",
            possible="Send consent_given anew when the parents agree again.",
        )
    elif case:
        _keep(tx, case.consented(**purposes, on=on))


def escalate(tx: Transaction[Known], kind: str, due: datetime) -> None:
    """An obligation is late: somebody further up hears of it, or all have, and the case has stalled. The timer is set for the next step.

    Only for the moment that the case waits for now: one that comes late itself may be of an obligation that was met since.
    """
    case = _case(tx)
    if case and translation.deadlines(case).get(kind) == due and (late := case.late(kind, day(tx.now))):
        told = translation.stalled(late) if late.stalls else translation.escalated(late)
        tx.publish(told, sender=case.board_urn)
        stem = catalogue.of(told).stem
        log.warning(stem, obligation=kind, step=late.steps)
        case = case.stalled(late, translation.swv(tx)) if late.stalls else case.with_duty(late, without=())
        _keep(tx, case, Entry(tx.now, stem, tx.service.name))


def note_crisis(tx: Transaction[Known], case_id: str | None, crisis: Crisis, *, again: bool = False) -> None:
    """Take up in the child's case that there is a crisis, or keep it for the case that is to be opened.

    One of a child without a case, or with a closed one, is for those on call alone. `again` says that it should be known already.
    """
    case = _case(tx)
    if case and case.is_open:
        if case.is_told_by(crisis.board_urn):
            case = case.crisis_goes_on(crisis) if again else case.crisis(crisis)
            _keep(tx, case.seen_to(translation.swv(tx), day(tx.now)))
        else:
            log.warning("crisis_of_another_board")
    elif case or case_id is None:
        log.warning("crisis_without_open_case")
    else:
        ahead = tx.state if isinstance(tx.state, Ahead) else Ahead(case_id)
        log.info("crisis_ahead_of_its_case")
        tx.save(ahead.crisis(crisis))


def note_call(tx: Transaction[Known], call: Call) -> None:
    """Everybody was called for a crisis in vain, or a person has taken it up; kept also ahead of the crisis, or of the case."""
    case = _case(tx)
    if case is None:
        ahead = tx.state if isinstance(tx.state, Ahead) else Ahead(tx.case_id)
        tx.save(ahead.called(call))
    elif case.knows_of(call.crisis):
        _keep(tx, case.called(call).seen_to(translation.swv(tx), day(tx.now)))
    else:
        tx.save(case.called(call))


def note_unreached(tx: Transaction[Known], on: date) -> None:
    """A message about a case was given up: somebody has to be reached another way."""
    if (case := _case(tx)) and case.is_open and case.knows_of(tx.event.subject):
        _keep(tx, case.unreached(translation.swv(tx), on))


def note_reached(tx: Transaction[Known]) -> None:
    """Somebody was reached: a line in the history, unless it was not about this case."""
    if (case := _case(tx)) and case.knows_of(tx.event.subject):
        _keep(tx, case.reached())


def evaluate(tx: Transaction[Known], result: Result, *, on: date, again_on: date | None, present: Sequence[str]) -> None:
    """School and parents looked whether the support is enough; without a parent it is no evaluation that may end anything."""
    if case := _open_case(tx):
        if PARENTS.isdisjoint(present):
            tx.refuse(
                rule="evaluated_with_parents",
                ground="The plan is evaluated with the parents (WPO art. 40a)",
                possible="Evaluate with a parent or guardian, then send it as a new event.",
            )
        else:
            _keep(tx, case.evaluated(result, on=on, again_on=again_on))


def announce(tx: Transaction[Known], handover: Handover, starts_on: date) -> None:
    """The child goes to another board: that board hears of it, and its own goes on until it was taken over."""
    if case := _open_case(tx):
        if handover.to and (handover.to == case.board or not tx.service.region.party(handover.to)):
            tx.refuse(
                rule="another_board",
                ground="Only another board of this platform can say here that it took over",
                possible="Leave toBoard out, and tell handover_received yourself when the next school has taken over.",
            )
            return
        if handover.to:
            tx.pass_on(catalogue.to_topic(handover.to))
        _keep(tx, case.announces(handover, min(starts_on, day(tx.now) + A_YEAR)))


def leave_place(tx: Transaction[Known], on: date) -> None:
    """The child leaves the school where it was placed: a case that ended with that placement goes on."""
    case = _case(tx)
    if case and case.outcome is Outcome.PLACED:
        _reopen(tx, case, "samenwerkingsverband", on)
    else:
        change_case(tx, lambda case: case.placement_ended(on))


def take_over(tx: Transaction[Known]) -> None:
    """The next school looks after the child now: its own board says so, or the old one where that takes no part here."""
    case = _case(tx)
    if case and case.is_open and tx.party and case.may_take_over(tx.party):
        _keep(tx, case.taken_over())
    elif case and case.handover and case.handover.to == tx.party:
        _refuse_closed(tx)
    elif _open_case(tx):
        tx.refuse(
            rule="handover_announced",
            ground="A child is taken over by the board that it was announced to (WPO art. 42)",
            possible="Send handover_announced first; the board that it names says that it took over.",
        )


def reopen(tx: Transaction[Known], asked_by: str, on: date) -> None:
    """Parents or school do not agree that the case ended: it goes on."""
    case = _own_case(tx)
    if case and case.is_open:
        tx.refuse(rule="case_open", ground="Only what has ended can go on again", possible="Nothing: the case is open.")
    elif case:
        _reopen(tx, case, asked_by, on)


def _reopen(tx: Transaction[Known], case: Case, asked_by: str, on: date) -> None:
    tx.publish(CaseReopened(asked_by=asked_by, reopened_on=day(tx.now)), sender=case.board_urn)
    log.info("case_reopened")
    _keep(tx, case.reopened(on))


def _case(tx: Transaction[Known]) -> Case | None:
    """The case, once it was opened."""
    return tx.state if isinstance(tx.state, Case) else None


def _open_case(tx: Transaction[Known]) -> Case | None:
    """The case, when this event may change it; else the sender is told why not."""
    case = _own_case(tx)
    if case and tx.party and not case.is_open:
        _refuse_closed(tx)
        return None
    return case


def _own_case(tx: Transaction[Known]) -> Case | None:
    """The case, open or closed, when it is the sender's own; else the sender is told so."""
    case = _case(tx)
    if tx.party is None:
        if case is None:
            log.error("case_unknown")
        return case
    if case is None or case.board != tx.party:
        tx.refuse(rule="own_case", ground="A case is its board's own", possible="Send support_requested first, with this case id.")
        return None
    return case


def _refuse_closed(tx: Transaction[Known]) -> None:
    possible = "Send reopen_requested, or support_requested with a new case id."
    tx.refuse(rule="case_closed", ground="A closed case changes no more", possible=possible)


def _keep(tx: Transaction[Known], case: Case, line: Entry | None = None) -> None:
    """Save the case with this line in its history, and tell what changed: that it ended, or who owes what now."""
    told = _case(tx)
    if case.outcome and told and told.is_open:
        tx.publish(CaseClosed(outcome=case.outcome.value, closed_on=day(tx.now)), sender=case.board_urn)
        log.info("case_closed", outcome=case.outcome.value)
    elif set(case.obligations) != set(told.obligations if told else ()):
        tx.publish(translation.next_step_set(case), sender=case.board_urn)
    tx.save(case.noted(line or translation.entry(tx)))
