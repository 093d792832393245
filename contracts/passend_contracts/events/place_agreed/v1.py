"""What the samenwerkingsverband says when an offered place was accepted in time, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, SchoolId


class PlaceAgreed(EventData):
    """The place is this child's: the offer stood when it was accepted."""

    offer: EventId = Field(description="The id of the `place_offered` event that was accepted.")
    school: SchoolId = Field(description="The location (vestiging) where the child starts.")
    agreed_on: Day = Field(description="The date on which the parents agreed.")
    starts_on: Day = Field(description="The date on which the child is to start there.")
