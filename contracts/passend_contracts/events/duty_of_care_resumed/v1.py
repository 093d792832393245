"""What the guardian says when the term to decide runs again, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, LastDay, open_code

Because = Annotated[str, open_code("information_given", "waited_long_enough")]


class DutyOfCareResumed(EventData):
    """The term to decide runs again."""

    duty: EventId = Field(description="The id of the `duty_of_care_started` event.")
    because: Because = Field(description="Why, as a code.")
    resumed_on: Day = Field(description="The first day that counts again.")
    decide_by: LastDay = Field(description="The last day to decide, now.")
