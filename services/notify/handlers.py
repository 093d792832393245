"""What notify does for each event: keep the list of crises for who is on call."""

from passend_contracts.events import CrisisRaised, CrisisUpdated

from services.chassis.transaction import Events, Transaction
from services.notify import translation, use_cases
from services.notify.domain.crisis import Crisis

events = Events()


@events.on(CrisisRaised)
async def on_crisis_raised(event: CrisisRaised, tx: Transaction[Crisis]) -> None:
    """Put the crisis on the list of who is on call."""
    use_cases.take_up(tx, translation.raised(event, tx))


@events.on(CrisisUpdated)
async def on_crisis_updated(event: CrisisUpdated, tx: Transaction[Crisis]) -> None:
    """Say on the list how the crisis stands; an update that is heard first puts it there too."""
    use_cases.take_up(tx, translation.updated(event, tx))
