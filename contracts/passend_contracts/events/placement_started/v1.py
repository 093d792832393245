"""What the samenwerkingsverband says when a child has started at the other school, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, SchoolId


class PlacementStarted(EventData):
    """The child has started at the other school."""

    offer: EventId = Field(description="The id of the `place_offered` event that it began with.")
    school: SchoolId = Field(description="The location (vestiging) where the child started.")
    started_on: Day = Field(description="The first day there, with formal enrolment (inschrijving).")
