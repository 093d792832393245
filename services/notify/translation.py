"""The contract's words to notify's own."""

from dataclasses import replace

from passend_contracts.events import CrisisRaised, CrisisUpdated

from services.chassis.transaction import Transaction
from services.notify.domain.crisis import Crisis


def raised(event: CrisisRaised, tx: Transaction[Crisis]) -> Crisis:
    """The crisis, with how it stands where an update was faster."""
    known = tx.state
    first = Crisis(tx.case_id, event.school, event.home_municipality, event.noticed_at, event.urgency, event.situation)
    return replace(first, state=known.state, urgency=known.urgency) if known else first


def updated(event: CrisisUpdated, tx: Transaction[Crisis]) -> Crisis:
    """The crisis as it stands now."""
    known = tx.state or Crisis(tx.case_id, event.school, event.home_municipality, event.noted_at, event.urgency or "now")
    return replace(known, state=event.state, urgency=event.urgency or known.urgency)
