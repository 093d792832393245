"""What the guardian says when a child has to be placed temporarily, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, LastDay, SchoolId


class TemporaryPlacementDue(EventData):
    """The child has to be placed temporarily, with formal enrolment: after ten weeks nothing was decided."""

    duty: EventId = Field(description="The id of the `duty_of_care_started` event.")
    school: SchoolId = Field(description="The location (vestiging) at which the child was registered.")
    starts_on: LastDay = Field(description="The day on which it has to start: never before the day that the parents asked for.")
