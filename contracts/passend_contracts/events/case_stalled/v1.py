"""What the guardian says when an obligation stays unmet though everybody on its ladder has heard, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Code, EventData, LastDay, Owner

Times = Annotated[int, Field(ge=1, le=9999, json_schema_extra={"x-privacy": "none"})]


class CaseStalled(EventData):
    """Everybody has heard that this step is late, and it is still not taken: the samenwerkingsverband has to help now."""

    obligation: Code = Field(description="What had to be done.")
    owner: Owner = Field(description="Who had to do it, a party or a service; others see a third party.")
    due: LastDay = Field(description="The last day on which it would have been in time.")
    times: Times = Field(description="How often this was said of this obligation, this time included.")
    again_on: LastDay = Field(description="The date on which it is said again, unless the obligation is met.")
