"""What a board says when it or the parents object to a decision, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

LodgedBy = Annotated[str, open_code("parent", "guardian", "school_board")]


class ObjectionLodged(EventData):
    """A board or the parents object to a decision of the samenwerkingsverband; never in whose words or why."""

    decision: EventId = Field(description="The id of the event that told of the decision, such as `admissibility_refused`.")
    lodged_by: LodgedBy = Field(description="Who objects.")
    lodged_on: Day = Field(description="The date of the objection: it is in time up to six weeks after the decision was made known.")
