"""What jgt_bridge decides: refer, stop or recall, and take the answer of the gemeente that was asked."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from passend_contracts import catalogue, enclosures
from passend_contracts.enclosures import Enclosure, Refused
from passend_contracts.events import EnclosuresNotPassedOn, JGTReferralRecalled
from passend_contracts.events.enclosures_not_passed_on.v1 import Missing

from services.chassis.calendar import day
from services.chassis.transaction import Transaction
from services.jgt_bridge import translation
from services.jgt_bridge.domain.referral import Consent, Referral, Sealed, State, Wish

STATUS = "jgt.cases.v1"
NEEDED = "identity"
"""Without it a team does not know whom to help, and has to ask the school."""

log = structlog.get_logger()


def begin(tx: Transaction[Referral], referral: Referral) -> None:
    """Know the child's home before anything else about the case."""
    if not tx.state:
        tx.save(referral)


def take_wish(tx: Transaction[Referral], wish: Wish, sealed: Sequence[Sealed]) -> None:
    """The parents and the school spoke about the youth team."""
    if referral := _known(tx):
        _refer_when_wanted(tx, referral.wished(wish).enclosing(sealed))


def take_consent(tx: Transaction[Referral], consent: Consent) -> None:
    """The parents agreed to something."""
    if referral := _known(tx):
        _refer_when_wanted(tx, translation.heard(referral, consent))


async def take_withdrawal(tx: Transaction[Referral], withdrawal: Consent) -> None:
    """The parents took back what they agreed to."""
    if referral := _known(tx):
        referral = translation.heard(referral, withdrawal)
        if not translation.consent_to_refer(referral).allowed:
            referral = (await _stop(tx, referral, "consent_withdrawn")).unsealed()
        tx.save(referral)


async def end(tx: Transaction[Referral], reason: str) -> None:
    """The case has ended at this school."""
    if referral := _known(tx):
        tx.save((await _stop(tx, referral, reason)).ended())


def reopen(tx: Transaction[Referral]) -> None:
    """The case goes on; what was wished before it ended sends nothing any more."""
    if referral := _known(tx):
        tx.save(referral.reopened())


def take_answer(tx: Transaction[Referral], referral_id: str, answer: State) -> None:
    """A gemeente answered a referral: only the one that was asked, and only the one that is open."""
    referral = tx.state
    if referral is None or referral.municipality != tx.party or referral.referral_id != referral_id:
        tx.refuse(rule="own_referral", ground="Only the gemeente that was asked answers", possible="Answer the referral on your own topic.")
    elif not referral.awaits_answer:
        tx.refuse(rule="referral_open", ground=f"This referral is {referral.state}", possible="Nothing: no answer is awaited any more.")
    else:
        tx.save(referral.answered(answer))


def remind(tx: Transaction[Referral], kind: str, due: datetime) -> None:
    """The last day for the team's answer has passed: say so to the gemeente and to who watches over the case.

    Only for the answer that is awaited now: a moment that comes late itself may be of a referral before it.
    """
    if (referral := _known(tx)) and translation.deadlines(referral).get(kind) == due:
        tx.publish(translation.overdue(referral, day(tx.now)), sender=referral.board_urn, to=_topics(referral))
        log.warning("jgt_referral_overdue", gemeente=referral.municipality)


def _refer_when_wanted(tx: Transaction[Referral], referral: Referral) -> None:
    decision = translation.consent_to_refer(referral)
    today = day(tx.now)
    team = tx.service.region.team_for(referral.municipality, today)
    if referral.may_be_sent and decision.allowed and decision.because and team:
        passed, missing = _passed_on(tx, referral)
        event = translation.referred(referral, team, decision.because, today, passed)
        addressed = [catalogue.to_topic(referral.municipality)]
        sent = tx.publish(event, sender=referral.board_urn, to=addressed, known_on=[STATUS], held=True)
        referral = referral.sent(sent, event.answer_due)
        if missing:
            told = EnclosuresNotPassedOn(referral=sent, missing=missing)
            tx.publish(told, sender=tx.service.swv, to=[catalogue.to_topic(referral.board)], held=sent)
        log.info("jgt_referred", team=team.id)
    tx.save(referral)


def _passed_on(tx: Transaction[Referral], referral: Referral) -> tuple[list[Enclosure], list[Missing]]:
    """What the school sealed, for the gemeente that is asked and unread by us, and what the team has to do without.

    What cannot be passed on keeps no family waiting: the referral goes all the same, and the school hears of it. A school that has never
    sealed anything hears nothing: its team asks it anyway.
    """
    to = tx.service.keys.current(referral.municipality, tx.now)
    passed, missing = [], []
    for sealed in sorted(referral.sealed, key=lambda each: enclosures.KINDS.index(each.kind)):  # the table gives them in any order
        try:
            enclosure = translation.enclosure(sealed)
            passed.append(enclosures.passed_on(enclosure, subject=referral.case_id, keys=tx.service.keys.own, to=to))
        except Refused as refused:
            log.warning("enclosure_not_passed_on", kind=sealed.kind, reason=refused.code, gemeente=referral.municipality)
            missing.append(Missing(kind=sealed.kind, because=refused.code.replace("-", "_")))
    if referral.sealed and NEEDED not in {sealed.kind for sealed in referral.sealed}:
        missing.append(Missing(kind=NEEDED, because="not_given"))
    return passed, missing


async def _stop(tx: Transaction[Referral], referral: Referral, reason: str) -> Referral:
    """Nothing more may go to the team: empty the referral while it is still here, recall it when it is not."""
    if not referral.awaits_answer or referral.referral_id is None:
        return referral
    if await tx.withhold(referral.referral_id):
        log.info("jgt_referral_withheld", reason=reason)
        return referral.now(State.WITHHELD)
    recall = JGTReferralRecalled(referral=referral.referral_id, reason=reason, recalled_on=day(tx.now))
    log.info("jgt_referral_recalled", reason=reason)
    tx.publish(recall, sender=referral.board_urn, to=_topics(referral))
    return referral.now(State.RECALLED)


def _topics(referral: Referral) -> list[str]:
    """What becomes of a referral goes to the gemeente's own topic, and the same event to those who may follow it."""
    return [catalogue.to_topic(referral.municipality), STATUS]


def _known(tx: Transaction[Referral]) -> Referral | None:
    """The case; the school's topic is in order, so its first event came before."""
    if tx.state is None:
        log.error("case_unknown")
    return tx.state
