"""The contract's words to jgt_bridge's own, and back; the consent rule is asked here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import cast

from passend_contracts import consent
from passend_contracts.enclosures import Enclosure, Refused
from passend_contracts.events import ConsentGiven, ConsentWithdrawn, JGTReferralOverdue, JGTReferred, ParentsConsulted, SupportRequested
from passend_contracts.vocabulary import AgeBand

from services.chassis.calendar import end_of
from services.chassis.region import Team
from services.chassis.transaction import Transaction
from services.jgt_bridge.domain.referral import ANSWER, ANSWER_TIME, Consent, Referral, Sealed, Wish

REFER = "refer_to_youth_team"


def new_referral(event: SupportRequested, tx: Transaction[Referral]) -> Referral:
    """What a request for support tells about a later referral."""
    board = next(party for party in tx.service.region.parties if party.owns(tx.event.source))
    return Referral(tx.case_id, board.id, board.urn, event.school, event.home_municipality, event.age_band)


def wish(event: ParentsConsulted) -> Wish:
    """What parents and school want of the youth team."""
    return Wish(refer=event.youth_team == "refer", held_on=event.held_on)


def sealed(event: SupportRequested | ParentsConsulted, tx: Transaction[Referral]) -> list[Sealed]:
    """What the school sealed about the child, closed as it came."""
    return [Sealed(each.kind, tx.event.id, each.to_wire()) for each in event.enclosures or ()]


def enclosure(sealed: Sealed) -> Enclosure:
    """The enclosure that was kept; raises `Refused` where it was not."""
    if not sealed.body:
        raise Refused("not-kept", "it was dropped when the case ended or consent was withdrawn")
    return Enclosure.from_wire(sealed.body, closed=False)


def given(event: ConsentGiven, tx: Transaction[Referral]) -> Consent:
    """An entry of consent under its event's id and its number on the school's topic."""
    return Consent(tx.event.id, tuple(event.purposes), int(tx.event.sequence or 0), given=True, on=event.agreed_on)


def withdrawn(event: ConsentWithdrawn, tx: Transaction[Referral]) -> Consent:
    """The same for a withdrawal."""
    return Consent(tx.event.id, tuple(event.purposes), int(tx.event.sequence or 0), given=False, on=event.withdrawn_on)


def deadlines(referral: Referral) -> Mapping[str, datetime]:
    """When the team's answer is late."""
    return {ANSWER: end_of(referral.answer_due)} if referral.awaits_answer and referral.answer_due else {}


def overdue(referral: Referral, today: date) -> JGTReferralOverdue:
    """That the team has not answered in time."""
    if referral.referral_id is None or referral.answer_due is None:
        raise ValueError("no answer is awaited")
    return JGTReferralOverdue(referral=referral.referral_id, answer_due=referral.answer_due, noticed_on=today)


def consent_to_refer(referral: Referral) -> consent.Answer:
    """Whether the child's data may go to the gemeente of its home: the one rule, over our own entry."""
    return consent.may_share(map(_entry, referral.consents), REFER, referral.municipality)


def heard(referral: Referral, fresh: Consent) -> Referral:
    """With one more entry of consent; only the one that decides is kept, so that a case costs no more after years than at first."""
    known = {each.id: each for each in (*referral.consents, fresh)}
    decides = consent.deciding(map(_entry, known.values()), REFER)
    return replace(referral, consents=(known[decides.id],) if decides else ())


def _entry(kept: Consent) -> consent.Entry:
    return consent.Entry(kept.id, kept.sequence, frozenset(kept.purposes), kept.given, kept.on)


def referred(referral: Referral, team: Team, because: consent.Entry, today: date, enclosures: Sequence[Enclosure]) -> JGTReferred:
    """The referral as the team receives it: routing and dates, and sealed for it what the school tells about the child."""
    if referral.wish is None:
        raise ValueError("a referral without a conversation")
    return JGTReferred(
        board=referral.board,
        school=referral.school,
        home_municipality=referral.municipality,
        team=team.id,
        age_band=cast("AgeBand", referral.age_band),  # it came in by the same contract
        consulted_on=referral.wish.held_on,
        consent=because.id,
        consented_on=because.on,
        answer_due=today + ANSWER_TIME,
        enclosures=list(enclosures) or None,
    )
