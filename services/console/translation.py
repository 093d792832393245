"""The guardian's events to the console's own words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from passend_contracts.events import NextStepSet

from services.chassis.transaction import Transaction
from services.console.domain.case import Case, Obligation
from services.console.parties import Parties

LEGAL_TIME = ZoneInfo("Europe/Amsterdam")


def today() -> date:
    """The calendar day in the Netherlands: by it an obligation is in time or not."""
    return datetime.now(UTC).astimezone(LEGAL_TIME).date()


def case(tx: Transaction[Case]) -> Case:
    """The case at hand; one whose opening was not read is shown all the same, for no child may drop out of sight."""
    return tx.state or Case(tx.case_id, Parties(tx.service.region).by(tx.event.source, None))


def obligations(event: NextStepSet) -> list[Obligation]:
    """What the guardian says is owed."""
    return [Obligation(each.kind, each.owner, each.due, each.ground) for each in event.obligations]
