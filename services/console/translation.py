"""The contract's events to the console's own words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from passend_contracts import catalogue
from passend_contracts.events import CaseClosed, NextStepSet
from pydantic import ValidationError

from services.chassis.transaction import Transaction
from services.console import words
from services.console.domain.case import Case, Obligation
from services.console.domain.timeline import Hop
from services.console.parties import Parties
from services.console.words import Words

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


def details(hop: Hop, parties: Parties) -> list[Words]:
    """What a reader wants to know of this record besides what happened; what cannot be read says why."""
    match _data(hop):
        case NextStepSet() as told:
            return [_owed(each, parties) for each in sorted(obligations(told), key=lambda each: each.due)]
        case CaseClosed(outcome=outcome):
            return [words.reason(words.outcome(outcome))]
        case _:
            return [words.reason(words.unreadable(reason)) for reason in hop.reasons]


def _data(hop: Hop) -> object:
    """The data of an event whose type is known and whose data follows it: the record also holds others."""
    if not hop.type or not catalogue.knows(hop.type):
        return None
    try:
        return catalogue.of(hop.type).model.from_wire(hop.data, closed=False)
    except ValidationError:
        return None


def _owed(duty: Obligation, parties: Parties) -> Words:
    what, who, due = words.obligation(duty.kind), parties.name(duty.owner), words.day(duty.due)
    return Words(f"{what.nl}: {who.nl}, uiterlijk {due.nl}", f"{what.en}: {who.en}, by {due.en}")
