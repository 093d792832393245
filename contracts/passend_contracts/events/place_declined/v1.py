"""What a school says when parents or school decline an offered place, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

Reason = Annotated[str, open_code("not_fitting", "too_far", "other_place", "stays_at_school")]


class PlaceDeclined(EventData):
    """Parents or school decline the place that was offered."""

    offer: EventId = Field(description="The id of the `place_offered` event that this answers.")
    declined_on: Day = Field(description="The date on which they declined.")
    reason: Reason = Field(description="Why, as a code: what to look for instead.")
