"""What jgt_bridge does for each event: the school's facts, and the gemeenten's answers."""

from passend_contracts.events import (
    ConsentGiven,
    ConsentWithdrawn,
    HandoverReceived,
    JGTReferralAccepted,
    JGTReferralDeclined,
    ParentsConsulted,
    ReopenRequested,
    SupportRequested,
    SupportRequestWithdrawn,
)

from services.chassis.transaction import DeadlinePassed, Events, Transaction
from services.jgt_bridge import translation, use_cases
from services.jgt_bridge.domain.referral import Referral, State

events = Events()


@events.on(SupportRequested)
async def on_support_requested(event: SupportRequested, tx: Transaction[Referral]) -> None:
    """Remember where the child lives and which school asks, and what it sealed for a team."""
    use_cases.begin(tx, translation.new_referral(event, tx).enclosing(translation.sealed(event, tx)))


@events.on(ParentsConsulted)
async def on_parents_consulted(event: ParentsConsulted, tx: Transaction[Referral]) -> None:
    """Refer the family to the youth team of the child's home, when the parents said yes and consented."""
    use_cases.take_wish(tx, translation.wish(event), translation.sealed(event, tx))


@events.on(ConsentGiven)
async def on_consent_given(event: ConsentGiven, tx: Transaction[Referral]) -> None:
    """Refer what only waited for this consent."""
    use_cases.take_consent(tx, translation.given(event, tx))


@events.on(ConsentWithdrawn, also_parked=True)
async def on_consent_withdrawn(event: ConsentWithdrawn, tx: Transaction[Referral]) -> None:
    """Stop the referral if it has not gone out, else recall it."""
    await use_cases.take_withdrawal(tx, translation.withdrawn(event, tx))


@events.on(SupportRequestWithdrawn)
async def on_support_request_withdrawn(_event: SupportRequestWithdrawn, tx: Transaction[Referral]) -> None:
    """Stop or recall the referral: the parents want no more support."""
    await use_cases.end(tx, "request_withdrawn")


@events.on(HandoverReceived)
async def on_handover_received(_event: HandoverReceived, tx: Transaction[Referral]) -> None:
    """Stop or recall a referral that nobody would wait for any more; the next school refers anew where the parents want it."""
    await use_cases.end(tx, "handed_over")


@events.on(ReopenRequested)
async def on_reopen_requested(_event: ReopenRequested, tx: Transaction[Referral]) -> None:
    """Let a new conversation lead to a new referral."""
    use_cases.reopen(tx)


@events.on(JGTReferralAccepted)
async def on_jgt_referral_accepted(event: JGTReferralAccepted, tx: Transaction[Referral]) -> None:
    """Take the team's yes, from the gemeente that was asked."""
    use_cases.take_answer(tx, event.referral, State.ACCEPTED)


@events.on(JGTReferralDeclined)
async def on_jgt_referral_declined(event: JGTReferralDeclined, tx: Transaction[Referral]) -> None:
    """Take the team's no, from the gemeente that was asked."""
    use_cases.take_answer(tx, event.referral, State.DECLINED)


@events.on(DeadlinePassed)
async def on_deadline_passed(event: DeadlinePassed, tx: Transaction[Referral]) -> None:
    """Remind the team that has not answered in time."""
    use_cases.remind(tx, event.kind, event.due)
