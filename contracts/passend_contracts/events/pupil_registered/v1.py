"""What a school says when parents have registered a child in writing, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import AgeBand, Day, EventData, MunicipalityId, SchoolId, open_code

Preference = Annotated[str, open_code("only", "first", "later")]
Enrolled = Annotated[str, open_code("nowhere", "at_another_school")]


class PupilRegistered(EventData):
    """Parents have registered a child in writing that needs extra support (schriftelijke aanmelding)."""

    school: SchoolId = Field(description="The location (vestiging) at which the child is registered.")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives, by its CBS code.")
    age_band: AgeBand = Field(description="How old the child is on the wanted first day, in bands of two years.")
    received_on: Day = Field(description="The date on which it was received: the term counts from the day after, not from `time`.")
    wanted_from: Day = Field(description="The first day on which the child is to go to this school.")
    preference: Preference = Field(description="Whether the parents registered elsewhere too: the school of first preference has the duty.")
    enrolled: Enrolled = Field(description="Whether the child is enrolled at a school now: a temporary place is for who is not.")
