"""What notify says when a person ends a crisis, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, Maybe, Moment, MunicipalityId, Role


class CrisisResolved(EventData):
    """A person has said that the crisis is over; the event's subject is the crisis."""

    case_id: Maybe[EventId] = Field(None, description="The case of the child, where the school named one.")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives.")
    resolved_by: Role = Field(description="The role in which somebody said so, or the school.")
    resolved_at: Moment = Field(description="When.")
