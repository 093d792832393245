"""What the guardian says when an obligation is past its last day, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Code, EventData, LastDay, Maybe, Owner, open_code

Rung = Annotated[str, open_code("education_specialist", "school_director", "school_board", "swv_director")]
Step = Annotated[int, Field(ge=1, le=9, json_schema_extra={"x-privacy": "none"})]


class CaseEscalated(EventData):
    """Somebody has not done in time what a child is owed: somebody else hears of it now."""

    obligation: Code = Field(description="What had to be done.")
    owner: Owner = Field(description="Who had to do it, a party or a service; others see a third party.")
    due: LastDay = Field(description="The last day on which it would have been in time.")
    step: Step = Field(description="How often this obligation has climbed, this time included.")
    climbed_to: Rung = Field(description="The role that hears of it now.")
    next_step_on: Maybe[LastDay] = Field(None, description="The date on which it climbs again; absent at the top.")
