"""What a service says when a case goes on after it was parked, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import EventData

Count = Annotated[int, Field(ge=0, le=1_000_000, json_schema_extra={"x-privacy": "none"})]


class CaseReleased(EventData):
    """Nothing of this case waits for an operator any more."""

    released: Count = Field(description="How many events took effect after all.")
    dropped: Count = Field(description="How many were set aside as dead letters, each with the operator's reason.")
