"""What a school says when a child's situation cannot wait, version 1; it needs no other event to be understood."""

from typing import Annotated

from pydantic import Field

from passend_contracts.enclosures import ContactOnly
from passend_contracts.vocabulary import AgeBand, EventData, EventId, Maybe, Moment, MunicipalityId, SchoolId, open_code

Situation = Annotated[
    str, open_code("escalated_behaviour", "threatened_removal", "dropped_out", "unsafe_at_school", "unsafe_at_home", "bereavement")
]
Urgency = Annotated[str, open_code("now", "today")]


class CrisisRaised(EventData):
    """A child is in a crisis at school and somebody has to help now; the event's subject is the crisis, not the case."""

    case_id: Maybe[EventId] = Field(None, description="The case of the child, where it has one.")
    school: SchoolId = Field(description="The location of the school (vestiging).")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives: its crisis numbers count.")
    age_band: AgeBand = Field(description="How old the child is, in bands of two years.")
    noticed_at: Moment = Field(description="When the school noticed it.")
    situation: Situation = Field(description="What kind of crisis it is.")
    urgency: Urgency = Field(description="How fast somebody has to be there.")
    enclosures: ContactOnly = Field(None, description="Whom to reach at once, sealed: for who takes the crisis up.")
