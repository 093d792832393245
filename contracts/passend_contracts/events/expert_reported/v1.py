"""What the samenwerkingsverband says when an expert has reported, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId


class ExpertReported(EventData):
    """The expert has reported to the school; the report itself is no part of this."""

    request: EventId = Field(description="The id of the `expert_requested` event that the report answers.")
    reported_on: Day = Field(description="The date of the report.")
