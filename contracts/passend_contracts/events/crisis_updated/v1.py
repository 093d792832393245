"""What a school says when a crisis changes, version 1; it needs no other event to be understood."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, Maybe, Moment, MunicipalityId, SchoolId, open_code

State = Annotated[str, open_code("ongoing", "calmer", "over")]
Urgency = Annotated[str, open_code("now", "today")]


class CrisisUpdated(EventData):
    """The school says how a crisis stands now; the event's subject is the crisis."""

    case_id: Maybe[EventId] = Field(None, description="The case of the child, where it has one.")
    school: SchoolId = Field(description="The location of the school (vestiging).")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives: its crisis numbers count.")
    noted_at: Moment = Field(description="When the school noted it.")
    state: State = Field(description="How it stands.")
    urgency: Maybe[Urgency] = Field(None, description="How fast somebody has to be there, where that changed.")
