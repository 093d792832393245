"""What notify decides: that a crisis is on the list as it stands."""

import structlog

from services.chassis.transaction import Transaction
from services.notify.domain.crisis import Crisis

log = structlog.get_logger()


def take_up(tx: Transaction[Crisis], crisis: Crisis) -> None:
    """Keep the crisis as it stands, and say so where people watch."""
    log.warning("crisis", school=crisis.school, gemeente=crisis.municipality, urgency=crisis.urgency, state=crisis.state)
    tx.save(crisis)
