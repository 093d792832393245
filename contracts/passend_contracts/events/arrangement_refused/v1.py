"""What the samenwerkingsverband says when it refuses an arrangement, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

Ground = Annotated[str, open_code("within_school_budget", "not_exceptional", "not_temporary", "incomplete")]
Possible = Annotated[str, open_code("use_school_budget", "request_expert", "complete_request", "seek_place")]


class ArrangementRefused(EventData):
    """The samenwerkingsverband does not grant an arrangement, and says why and what is possible instead."""

    request: EventId = Field(description="The id of the `arrangement_requested` event that this answers.")
    decided_on: Day = Field(description="The date of the decision.")
    ground: Ground = Field(description="Why, as a code: never a word about the child.")
    possible: Possible = Field(description="What the school can do instead, as a code.")
