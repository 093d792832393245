"""What the guardian says when the term to decide stands still, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, LastDay, open_code

Because = Annotated[str, open_code("information_missing")]


class DutyOfCareSuspended(EventData):
    """The term to decide stands still; the duty itself does not."""

    duty: EventId = Field(description="The id of the `duty_of_care_started` event.")
    because: Because = Field(description="Why, as a code.")
    suspended_on: Day = Field(description="The first day that does not count.")
    waits_until: LastDay = Field(description="The last day on which it waits; then the term goes on by itself.")
