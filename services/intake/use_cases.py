"""What the guardian decides: open, change and close a case, and tell its obligations whenever they change."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

import structlog
from passend_contracts.events import CaseClosed

from services.chassis.calendar import day
from services.chassis.transaction import Transaction
from services.intake import translation
from services.intake.domain.case import Case, Known, Outcome
from services.intake.domain.crisis import Ahead, Crisis
from services.intake.domain.history import Entry
from services.intake.domain.obligation import Kind

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
        case = case.takes_up(tx.state)
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
    """An obligation is late: somebody further up hears of it, and the timer is set for the next step.

    Only for the moment that the case waits for now: one that comes late itself may be of an obligation that was met since.
    """
    case = _case(tx)
    if case and translation.deadlines(case).get(kind) == due and (late := case.late(kind)):
        tx.publish(translation.escalated(late), sender=case.board_urn)
        log.warning("case_escalated", obligation=kind, step=late.steps)
        tx.save(case.with_duty(late, without=()).noted(Entry(tx.now, "case_escalated", tx.service.name)))


def note_crisis(tx: Transaction[Known], case_id: str | None, crisis: Crisis, *, again: bool = False) -> None:
    """Take up in the child's case that there is a crisis, or keep it for the case that is to be opened.

    One of a child without a case, or with a closed one, is for those on call alone. `again` says that it should be known already.
    """
    case = _case(tx)
    if case and case.is_open:
        if case.is_told_by(crisis.board_urn):
            _keep(tx, case.crisis_goes_on(crisis) if again else case.crisis(crisis))
        else:
            log.warning("crisis_of_another_board")
    elif case or case_id is None:
        log.warning("crisis_without_open_case")
    else:
        ahead = tx.state if isinstance(tx.state, Ahead) else Ahead(case_id)
        log.info("crisis_ahead_of_its_case")
        tx.save(ahead.crisis(crisis))


def close_case(tx: Transaction[Known], outcome: Outcome) -> None:
    """End the case: nobody owes anything any more."""
    if case := _open_case(tx):
        tx.publish(CaseClosed(outcome=outcome.value, closed_on=day(tx.now)), sender=case.board_urn)
        log.info("case_closed", outcome=outcome.value)
        _keep(tx, case.closed(outcome))


def _case(tx: Transaction[Known]) -> Case | None:
    """The case, once it was opened."""
    return tx.state if isinstance(tx.state, Case) else None


def _open_case(tx: Transaction[Known]) -> Case | None:
    """The case, when this event may change it; else the sender is told why not."""
    case = _case(tx)
    if tx.party is None:
        if case is None:
            log.error("case_unknown")
        return case
    if case is None or case.board != tx.party:
        tx.refuse(rule="own_case", ground="A case is its board's own", possible="Send support_requested first, with this case id.")
        return None
    if not case.is_open:
        tx.refuse(rule="case_closed", ground="A closed case changes no more", possible="Send support_requested with a new case id.")
        return None
    return case


def _keep(tx: Transaction[Known], case: Case) -> None:
    told = _case(tx)
    before = told.obligations if told else ()
    if case.is_open and case.obligations != before:
        tx.publish(translation.next_step_set(case), sender=case.board_urn)
    tx.save(case.noted(translation.entry(tx)))
