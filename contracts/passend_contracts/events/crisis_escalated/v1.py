"""What notify says when a crisis climbs to somebody else, or begins again, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, Maybe, Moment, MunicipalityId, Role, open_code

Reason = Annotated[str, open_code("not_acknowledged", "not_delivered", "ladder_exhausted", "not_resolved", "goes_on_again")]
Call = Annotated[int, Field(ge=1, le=100_000, json_schema_extra={"x-privacy": "none"})]


class CrisisEscalated(EventData):
    """Nobody took the crisis up, or resolved it, in time, or it goes on after its end: somebody is called; its subject is the crisis."""

    case_id: Maybe[EventId] = Field(None, description="The case of the child, where the school named one.")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives.")
    reason: Reason = Field(description="Why it climbs.")
    call: Call = Field(description="Which call in this crisis this is; the first one was made when it was raised, or goes on again.")
    climbed_to: Role = Field(description="The role that is called now.")
    next_call_at: Maybe[Moment] = Field(None, description="When somebody is called again if nobody takes it up.")
