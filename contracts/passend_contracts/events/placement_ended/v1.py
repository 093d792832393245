"""What the samenwerkingsverband says when a placement ends, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, SchoolId, open_code

Reason = Annotated[str, open_code("back_to_mainstream", "to_secondary", "moved", "other_place")]


class PlacementEnded(EventData):
    """The child leaves the other school, back to a basisschool (terugplaatsing) or elsewhere."""

    offer: EventId = Field(description="The id of the `place_offered` event that it began with.")
    school: SchoolId = Field(description="The location (vestiging) that the child leaves.")
    ended_on: Day = Field(description="The last day there.")
    reason: Reason = Field(description="Why it ended, as a code.")
