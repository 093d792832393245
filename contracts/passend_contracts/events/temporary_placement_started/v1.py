"""What the guardian says when a child was placed temporarily, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, SchoolId


class TemporaryPlacementStarted(EventData):
    """The child has started at this school for the time being, with formal enrolment."""

    due: EventId = Field(description="The id of the `temporary_placement_due` event.")
    school: SchoolId = Field(description="The location (vestiging) where the child started.")
    started_on: Day = Field(description="The first day there.")
