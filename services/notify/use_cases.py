"""What notify decides: who is called in a crisis, until a person takes it up and says that it is over; and who hears of a late case."""

from datetime import datetime, timedelta

import structlog
from passend_contracts.events import NotificationExhausted

from services.chassis.calendar import day
from services.chassis.transaction import Rejected, Transaction
from services.notify import store, translation
from services.notify.domain.case import Case
from services.notify.domain.crisis import SCHOOL, Crisis, Stage
from services.notify.domain.link import Link
from services.notify.domain.message import About, Message, Purpose
from services.notify.store import Known

NEWS_FOR = timedelta(hours=24)
"""For how long it is worth a mail that the guardian found something late. A proposal: what is still late is told again, further up."""
NOT_DELIVERED = "not_delivered"
"""Why a crisis climbs whose message did not arrive."""

log = structlog.get_logger()
Tx = Transaction[Known]


def hear(tx: Tx, crisis: Crisis) -> None:
    """Keep a crisis as its school tells it: call for one that is new or goes on again (others hear of that), stop for one that is over."""
    known = translation.known_crisis(tx)
    if known and known.board not in {"", translation.board(tx)}:
        raise Rejected("crisis-of-another-board")
    log.warning("crisis", school=crisis.school, gemeente=crisis.municipality, urgency=crisis.urgency, state=crisis.state)
    if crisis.state == "over":
        _end(tx, crisis, SCHOOL)
    elif known is None:
        _keep(tx, _called(tx, crisis))
    elif crisis.state == "ongoing" and not crisis.is_open:
        _climb(tx, _called(tx, crisis.begin_again()), "goes_on_again")
    else:
        _keep(tx, crisis)


def climb(tx: Tx, crisis: Crisis, reason: str) -> None:
    """Nobody took it up in time, or the message did not arrive, of which the guardian hears with its receipt: call who is next."""
    called = _called(tx, crisis, guardian_knows=reason == NOT_DELIVERED)
    _climb(tx, called, "ladder_exhausted" if called.exhausted else reason)


def _climb(tx: Tx, called: Crisis, why: str) -> None:
    role = called.called or tx.service.region.ladder(tx.now).roles[-1]
    tx.publish(translation.escalated(called, why, role), sender=tx.service.swv, to=translation.topics(called))
    log.warning("crisis_escalated", reason=why, call=called.calls, role=role)
    _keep(tx, called)


def _called(tx: Tx, crisis: Crisis, *, guardian_knows: bool = False) -> Crisis:
    """With the next call made; when everybody had their turns, the guardian hears that a person has to be reached another way."""
    called = crisis.call(translation.ladder(crisis, tx.service.region, tx.now), tx.now)
    if called.exhausted and not crisis.exhausted and not guardian_knows:
        top = tx.service.region.ladder(tx.now).roles[-1]
        tx.publish(translation.nobody_answers(called, top, tx.now), sender=tx.service.swv)
    return called


def remind(tx: Tx, crisis: Crisis) -> None:
    """It was taken up and is not resolved: ask who took it up, and after every whole day the top of the ladder too."""
    top_role = tx.service.region.ladder(tx.now).roles[-1]
    taker, top = (translation.rung(role, crisis, tx.service.region, tx.now) for role in (crisis.taken_by or top_role, top_role))
    reminded = crisis.remind(taker, top, tx.now)
    if reminded.is_unresolved_for_a_day:
        tx.publish(translation.escalated(reminded, "not_resolved", top_role), sender=tx.service.swv, to=translation.topics(reminded))
        log.warning("crisis_escalated", reason="not_resolved", role=top_role)
    _keep(tx, reminded)


def _keep(tx: Tx, known: Known) -> None:
    tx.save(translation.numbered(known, tx))


async def forget(tx: Tx, crisis: Crisis) -> None:
    """Delete whom was written, and whom could be reached, in a crisis that ended long ago."""
    await store.forget(await tx.database(), crisis.id)


async def follow(tx: Tx, link: Link) -> None:
    """Do what a person's link is for, unless somebody was there before: then nothing changes."""
    crisis = translation.known_crisis(tx)
    if crisis is None or link.used_at:
        return
    match link.purpose, crisis.stage:
        case Purpose.TAKE, Stage.CALLING:
            _take(tx, crisis, link.role)
        case Purpose.RESOLVE, Stage.TAKEN:
            _end(tx, crisis, link.role)
        case _:
            return
    await store.use(await tx.database(), link, tx.now)


def _take(tx: Tx, crisis: Crisis, role: str) -> None:
    by = translation.rung(role, crisis, tx.service.region, tx.now)
    taken = crisis.take(role, by, tx.now)
    tx.publish(translation.acknowledged(taken), sender=tx.service.swv, to=translation.topics(taken))
    log.info("crisis_taken", role=role)
    _keep(tx, taken)


def _end(tx: Tx, crisis: Crisis, by: str) -> None:
    if crisis.is_open:
        crisis = crisis.resolve(by, tx.now)
        tx.publish(translation.resolved(crisis), sender=tx.service.swv, to=translation.topics(crisis))
        log.info("crisis_resolved", role=by)
    _keep(tx, crisis)


def tell_of_lateness(tx: Tx, role: str, board: str) -> None:
    """Somebody further up hears that something is late for a child; a role without a mailbox becomes somebody's duty.

    Of what was told longer ago than `NEWS_FOR` nobody hears: read after an outage, or for the first time, it may be met long since.
    """
    if tx.event.time < tx.now - NEWS_FOR:
        log.info("old_lateness_left_out", role=role)
        return
    address = tx.service.region.mailbox(role, day(tx.now), board=board)
    if address:
        _keep(tx, (tx.state or Case(tx.case_id)).tell(Message(About.CASE_ESCALATED, role, address, tx.now)))
    else:
        tx.publish(_no_address(tx.case_id, role, tx.now), sender=tx.service.swv)


def _no_address(case: str, role: str, at: datetime) -> NotificationExhausted:
    return NotificationExhausted(case_id=case, about=About.CASE_ESCALATED, role=role, reason="no_address", exhausted_at=at)
