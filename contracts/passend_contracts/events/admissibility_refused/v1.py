"""What the samenwerkingsverband says when it refuses admissibility, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

Ground = Annotated[str, open_code("fits_in_mainstream", "other_category", "other_region", "incomplete")]
Possible = Annotated[str, open_code("request_arrangement", "request_expert", "other_category", "ask_other_region", "complete_request")]


class AdmissibilityRefused(EventData):
    """The child may not go to special (primary) education; it says why and what is possible instead."""

    request: EventId = Field(description="The id of the `admissibility_requested` event that this answers.")
    decided_on: Day = Field(description="The date of the decision.")
    made_known_on: Day = Field(description="The date on which it was made known: the six weeks to object begin the day after.")
    ground: Ground = Field(description="Why, as a code: never a word about the child.")
    possible: Possible = Field(description="What the school can do instead, as a code.")
