"""What notify says when somebody on call takes up a crisis, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, Maybe, Moment, MunicipalityId, Role


class CrisisAcknowledged(EventData):
    """Somebody on call has taken the crisis up; the event's subject is the crisis."""

    case_id: Maybe[EventId] = Field(None, description="The case of the child, where the school named one.")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives.")
    acknowledged_by: Role = Field(description="The role in which somebody took it up; never who it is.")
    acknowledged_at: Moment = Field(description="When.")
