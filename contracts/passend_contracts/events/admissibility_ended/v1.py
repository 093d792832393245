"""What the samenwerkingsverband says when a declaration of admissibility has ended, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

Reason = Annotated[str, open_code("term_reached", "back_to_mainstream", "renewed", "withdrawn", "moved", "to_secondary")]


class AdmissibilityEnded(EventData):
    """A declaration of admissibility holds no longer."""

    admissibility: EventId = Field(description="The id of the `admissibility_granted` event.")
    ended_on: Day = Field(description="The last day on which it held.")
    reason: Reason = Field(description="Why it ended, as a code.")
