"""What the samenwerkingsverband says when it seeks a place, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, Maybe, SpecialSchoolKind, open_code

Because = Annotated[str, open_code("no_fitting_place_here", "offer_declined", "offer_expired")]


class PlaceSought(EventData):
    """The samenwerkingsverband seeks a place in special (primary) education, for the first time or again."""

    kind: SpecialSchoolKind = Field(description="Which kind of school is sought.")
    sought_on: Day = Field(description="The date from which it is sought, this time.")
    find_by: Day = Field(description="The last day on which a place is found in time.")
    because: Because = Field(description="Why it is sought now, as a code.")
    offer: Maybe[EventId] = Field(None, description="The id of the `place_offered` event that came to nothing.")
