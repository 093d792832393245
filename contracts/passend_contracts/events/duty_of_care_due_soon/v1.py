"""What the guardian says when the term to decide is nearly over, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, LastDay


class DutyOfCareDueSoon(EventData):
    """The board has to decide on admission within a week."""

    duty: EventId = Field(description="The id of the `duty_of_care_started` event.")
    decide_by: LastDay = Field(description="The last day to decide.")
