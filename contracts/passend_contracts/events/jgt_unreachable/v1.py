"""What a gemeente says when its team cannot reach the family, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId

Tries = Annotated[int, Field(ge=1, le=50, json_schema_extra={"x-privacy": "none"})]


class JGTUnreachable(EventData):
    """The team cannot reach the family; the next step is the school's again."""

    referral: EventId = Field(description="The id of the `jgt_referred` event.")
    last_tried_on: Day = Field(description="The date of the last try.")
    tries: Tries = Field(description="How often the team has tried, in all.")
