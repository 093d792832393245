"""The contract's words and the region's data to notify's own, and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count

from passend_contracts import catalogue
from passend_contracts.envelope import derived_id
from passend_contracts.events import (
    CrisisAcknowledged,
    CrisisEscalated,
    CrisisRaised,
    CrisisResolved,
    CrisisUpdated,
    NotificationExhausted,
)

from services.chassis.calendar import day
from services.chassis.region import Region
from services.chassis.transaction import Transaction
from services.notify.domain.crisis import Crisis
from services.notify.domain.ladder import Ladder, Rung
from services.notify.domain.message import About
from services.notify.store import Known


def known_crisis(tx: Transaction[Known]) -> Crisis | None:
    """The crisis at hand, once anything was heard of it."""
    return tx.state if isinstance(tx.state, Crisis) else None


def raised(event: CrisisRaised, tx: Transaction[Known]) -> Crisis:
    """The crisis, with how it stands where it was heard of before."""
    first = Crisis(tx.case_id, board(tx), event.school, event.home_municipality, event.noticed_at, event.urgency)
    known = known_crisis(tx) or first
    return replace(
        known,
        board=known.board or board(tx),
        raised_at=event.noticed_at,
        situation=event.situation,
        case_id=event.case_id,
        contact=contact(event),
    )


def contact(event: CrisisRaised) -> str | None:
    """Whom to reach, closed as it came."""
    return event.enclosures[0].model_dump_json(by_alias=True, exclude_none=True) if event.enclosures else None


def updated(event: CrisisUpdated, tx: Transaction[Known]) -> Crisis:
    """The crisis as it stands now."""
    first = Crisis(tx.case_id, board(tx), event.school, event.home_municipality, event.noted_at, event.urgency or "now")
    known = known_crisis(tx) or first
    case = event.case_id or known.case_id
    return replace(known, board=known.board or board(tx), state=event.state, urgency=event.urgency or known.urgency, case_id=case)


def board(tx: Transaction[Known]) -> str:
    """The board that sent the event at hand; empty for one that our region file does not know (yet): it is called for all the same."""
    return next((party.id for party in tx.service.region.parties if party.urn == tx.sender), "")


def numbered(known: Known, tx: Transaction[Known]) -> Known:
    """With an id for each of its new messages, from the event at hand and the message's place: the same event gives the same ids."""
    place = count()
    messages = (
        each if each.id else replace(each, id=derived_id(tx.service.name, tx.event.source, tx.event.id, "message", str(next(place))))
        for each in known.messages
    )
    return replace(known, messages=tuple(messages))


def ladder(crisis: Crisis, region: Region, at: datetime) -> Ladder:
    """Whom that crisis calls at that moment; a role without a mailbox is left out."""
    agreed = region.ladder(at)
    rungs = (rung(role, crisis, region, at) for role in agreed.roles)
    return Ladder(tuple(each for each in rungs if each), agreed.step, agreed.rounds)


def rung(role: str, crisis: Crisis, region: Region, at: datetime) -> Rung | None:
    """That role as it is reached in that crisis."""
    address = region.mailbox(role, day(at), municipality=crisis.municipality)
    return Rung(role, address) if address else None


def deadlines(known: Known) -> Mapping[str, datetime]:
    """The moments that a crisis waits for: the next call, the next reminder, the end of what we keep of it."""
    if not isinstance(known, Crisis):
        return {}
    moments = {"call": known.next_call, "remind": known.next_reminder, "forget": known.forget_at}
    return {kind: moment for kind, moment in moments.items() if moment}


def topics(crisis: Crisis) -> tuple[str, ...]:
    """Where a crisis is told of: inside, and to the board that raised it (not known of one that the old list held)."""
    inside = catalogue.of(CrisisAcknowledged).topic
    return (inside, catalogue.to_topic(crisis.board, "crises")) if crisis.board else (inside,)


def acknowledged(crisis: Crisis) -> CrisisAcknowledged:
    """That a person has taken it up."""
    if crisis.taken_by is None or crisis.taken_at is None:
        raise ValueError("nobody has taken it up")
    return CrisisAcknowledged(
        case_id=crisis.case_id,
        home_municipality=crisis.municipality,
        acknowledged_by=crisis.taken_by,
        acknowledged_at=crisis.taken_at,
    )


def escalated(crisis: Crisis, reason: str, role: str) -> CrisisEscalated:
    """That it climbs to that role."""
    return CrisisEscalated(
        case_id=crisis.case_id,
        home_municipality=crisis.municipality,
        reason=reason,
        call=max(1, crisis.calls),
        climbed_to=role,
        next_call_at=crisis.next_call,
    )


def resolved(crisis: Crisis) -> CrisisResolved:
    """That a person has said that it is over."""
    if crisis.ended_by is None or crisis.ended_at is None:
        raise ValueError("it is not over")
    return CrisisResolved(
        case_id=crisis.case_id, home_municipality=crisis.municipality, resolved_by=crisis.ended_by, resolved_at=crisis.ended_at
    )


def nobody_answers(crisis: Crisis, role: str, at: datetime) -> NotificationExhausted:
    """That everybody was called in turn, or nobody could be, and that somebody has to reach a person another way."""
    reason = "nobody_acknowledged" if crisis.called else "no_address"
    return NotificationExhausted(case_id=crisis.case_id, about=About.CRISIS_CALL, role=role, reason=reason, exhausted_at=at)
