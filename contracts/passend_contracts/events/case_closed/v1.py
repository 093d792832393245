"""What the guardian says when a case ends, version 1."""

from typing import Annotated, Literal

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData

Outcome = Annotated[
    Literal["supported", "placed", "withdrawn", "ended_by_age", "moved"],
    Field(json_schema_extra={"x-privacy": "none"}),
]


class CaseClosed(EventData):
    """Nobody owes this child a next step any more, for one of five reasons."""

    outcome: Outcome = Field(description="Why the case ended; closed for ever, because the guarantee knows no sixth reason.")
    closed_on: Day = Field(description="The date on which it ended.")
