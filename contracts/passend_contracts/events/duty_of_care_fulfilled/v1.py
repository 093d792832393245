"""What the guardian says when a board's duty of care has ended, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import AdmissionOutcome, Day, EventData, EventId


class DutyOfCareFulfilled(EventData):
    """The board's duty of care has ended for a good reason: advice to look elsewhere is none."""

    duty: EventId = Field(description="The id of the `duty_of_care_started` event.")
    cause: EventId = Field(description="The id of the `admission_decided` or `placement_started` event that ended it.")
    outcome: AdmissionOutcome = Field(description="How it ended.")
    fulfilled_on: Day = Field(description="The date on which it ended.")
