"""What a school says when parents and school accept an offered place, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId


class PlaceAccepted(EventData):
    """Parents and school accept the place that was offered."""

    offer: EventId = Field(description="The id of the `place_offered` event that this answers.")
    agreed_on: Day = Field(description="The date on which the parents agreed: only they can register a child at a school.")
    starts_on: Day = Field(description="The date on which the child is to start there.")
