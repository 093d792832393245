"""What the samenwerkingsverband says when an arrangement ends, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

Reason = Annotated[str, open_code("term_reached", "goal_met", "pupil_left", "not_used", "case_closed")]


class ArrangementEnded(EventData):
    """An arrangement has ended."""

    request: EventId = Field(description="The id of the `arrangement_requested` event that it was granted for.")
    ended_on: Day = Field(description="The last day of the support.")
    reason: Reason = Field(description="Why it ended, as a code.")
