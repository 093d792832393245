"""What a service says when a case waits for an operator, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, Moment

Fault = Annotated[str, Field(pattern="^[A-Za-z0-9_.]{1,80}$", json_schema_extra={"x-privacy": "none"})]
Place = Annotated[str, Field(pattern="^[A-Za-z0-9_.:<>-]{1,120}$", json_schema_extra={"x-privacy": "none"})]


class CaseParked(EventData):
    """An event could not take effect: it waits with all that follow it in this case; other cases go on."""

    event: EventId = Field(description="The id of the event that could not take effect.")
    fault: Fault = Field(description="The type of the mistake, never its text.")
    place: Place = Field(description="File and line of the mistake.")
    release_due: Moment = Field(description="When an operator should have released the case: one hour after it was parked.")
