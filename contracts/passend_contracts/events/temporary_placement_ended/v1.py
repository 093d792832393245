"""What the guardian says when a temporary place has ended, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import AdmissionOutcome, Day, EventData, EventId


class TemporaryPlacementEnded(EventData):
    """The temporary place has ended: on admission it is one for good, else the child leaves the day after."""

    placement: EventId = Field(description="The id of the `temporary_placement_started` event.")
    outcome: AdmissionOutcome = Field(description="What was decided.")
    ended_on: Day = Field(description="The last day of the temporary place.")
