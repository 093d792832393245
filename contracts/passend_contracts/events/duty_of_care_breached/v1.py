"""What the guardian says when a board has not decided in time, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, LastDay


class DutyOfCareBreached(EventData):
    """The board has not decided on admission in time; its duty goes on."""

    duty: EventId = Field(description="The id of the `duty_of_care_started` event.")
    decide_by: LastDay = Field(description="The last day on which it would have been in time.")
    breached_on: LastDay = Field(description="The first day on which it is too late.")
