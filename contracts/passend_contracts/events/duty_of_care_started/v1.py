"""What the guardian says when a board comes under the duty of care, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, LastDay, Maybe, open_code

Ground = Annotated[str, open_code("registration", "recognised_need")]


class DutyOfCareStarted(EventData):
    """The board has the duty to see to a fitting place for this child (zorgplicht)."""

    cause: EventId = Field(description="The id of the `pupil_registered` or `support_requested` event that it began with.")
    ground: Ground = Field(description="A written registration, or the need of a child that is a pupil already.")
    counts_from: Day = Field(description="The date from which it counts.")
    decide_by: Maybe[LastDay] = Field(None, description="The last day to decide on admission; absent for a child that is a pupil already.")
