"""The contract's events to the console's own words."""

from collections.abc import Iterable

from passend_contracts.catalogue import Words
from passend_contracts.consent import may_share
from passend_contracts.events import CaseClosed, NextStepSet

from services.chassis.transaction import Transaction
from services.console import words
from services.console.domain.case import Case, Obligation
from services.console.domain.timeline import Hop
from services.console.domain.visitor import Visitor
from services.console.parties import Parties
from services.console.reading import consent, read, stem

FEEDBACK = "feedback_to_school"
SCHOOL = "school.cases.v1"


def case(tx: Transaction[Case]) -> Case:
    """The case at hand; one whose opening was not read is shown all the same, for no child may drop out of sight."""
    return tx.state or Case(tx.case_id, Parties(tx.service.region).by(tx.event.source, None))


def obligations(event: NextStepSet) -> list[Obligation]:
    """What the guardian says is owed."""
    return [Obligation(each.kind, each.owner, each.due, each.ground) for each in event.obligations]


def stem_of(hop: Hop) -> str:
    """The short name of what a record says; of what nobody can read there is none."""
    return stem(hop.type) if hop.type else ""


def lets_school_hear(hops: Iterable[Hop], board: str) -> bool:
    """Whether the parents let the school hear how the youth team gets on, by what the record holds of their consent."""
    entries = (consent(hop) for hop in hops if hop.topic == SCHOOL)
    return may_share((entry for entry in entries if entry), FEEDBACK, board).allowed


def details(hop: Hop, parties: Parties, visitor: Visitor) -> list[Words]:
    """What a reader wants to know of this record besides what happened; what cannot be read says why."""
    match read(hop):
        case NextStepSet() as told:
            return [_owed(visitor.seen(each), parties) for each in sorted(obligations(told), key=lambda each: each.due)]
        case CaseClosed(outcome=outcome):
            return [words.reason(words.outcome(outcome))]
        case _:
            return [words.reason(words.unreadable(reason)) for reason in hop.reasons]


def next_step(hop: Hop, visitor: Visitor) -> Words | None:
    """What has to be done first, by what the guardian says in this record; None in any other, and for who sees no content."""
    told = read(hop)
    if visitor.operates or not isinstance(told, NextStepSet):
        return None
    first = min(obligations(told), key=lambda each: each.due)
    return words.joined((words.STEP, words.obligation(visitor.seen(first).kind)), ": ")


def _owed(duty: Obligation, parties: Parties) -> Words:
    what, who, due = words.obligation(duty.kind), parties.name(duty.owner), words.day(duty.due)
    return Words(f"{what.nl}: {who.nl}, uiterlijk {due.nl}", f"{what.en}: {who.en}, by {due.en}")
