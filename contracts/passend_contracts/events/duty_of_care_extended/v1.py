"""What the guardian says when the term to decide was extended, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, LastDay


class DutyOfCareExtended(EventData):
    """The board has longer to decide, and not a second time."""

    duty: EventId = Field(description="The id of the `duty_of_care_started` event.")
    extension: EventId = Field(description="The id of the `admission_term_extended` event.")
    decide_by: LastDay = Field(description="The last day to decide, now.")
