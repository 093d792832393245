"""What a record says in the contract's words, as far as this version of the catalogue knows it: there are also others."""

from passend_contracts import catalogue
from passend_contracts.consent import Entry
from passend_contracts.envelope import in_clear
from passend_contracts.events import ConsentGiven, ConsentWithdrawn
from passend_contracts.vocabulary import EventData
from pydantic import ValidationError

from services.console.domain.timeline import Hop


def stem(wire_type: str) -> str:
    """The stem of a CloudEvents `type`, by which people and words know it; also of one that the catalogue does not know (yet)."""
    if catalogue.knows(wire_type):
        return catalogue.of(wire_type).stem
    return wire_type.split(".")[-2].replace("-", "_")


def read(hop: Hop) -> EventData | None:
    """Its data, without what was sealed; None of what nobody can read, whose type is not known, or whose data does not follow its form."""
    if not hop.type or not catalogue.knows(hop.type):
        return None
    try:
        return catalogue.of(hop.type).model.from_wire(in_clear(hop.data), closed=False)
    except ValidationError:
        return None


def consent(hop: Hop) -> Entry | None:
    """What it says of the parents' consent; None where it is about something else."""
    match read(hop):
        case ConsentGiven() as said:
            given, on = True, said.agreed_on
        case ConsentWithdrawn() as said:
            given, on = False, said.withdrawn_on
        case _:
            return None
    return Entry(str(hop.id), hop.number, frozenset(said.purposes), given=given, on=on)
