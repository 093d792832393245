"""What a school says when its board needs longer to decide on admission, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId

Weeks = Annotated[int, Field(ge=1, le=4, json_schema_extra={"x-privacy": "none"})]


class AdmissionTermExtended(EventData):
    """The board needs longer to decide on admission, and has told the parents so in writing."""

    registration: EventId = Field(description="The id of the `pupil_registered` event whose term is extended.")
    told_parents_on: Day = Field(description="The date of the letter to the parents: without it nothing is extended.")
    weeks: Weeks = Field(description="By how many weeks; the law allows four, once.")
