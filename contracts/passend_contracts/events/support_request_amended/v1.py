"""What a school says when something in its request has changed, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import AgeBand, Day, EventData, MunicipalityId, SchoolId, open_code

Because = Annotated[str, open_code("mistake", "moved_house", "other_location")]


class SupportRequestAmended(EventData):
    """What the school said about the pupil was wrong, or is no longer so: this is how it stands now, all of it."""

    amended_on: Day = Field(description="The date from which it is so; of a mistake, that on which it was found.")
    because: Because = Field(description="Why it changes, as a code.")
    school: SchoolId = Field(description="The location of the school (vestiging).")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives, by its CBS code: whose team helps.")
    age_band: AgeBand = Field(description="How old the child is, in bands of two years.")
    recognised_on: Day = Field(description="The date on which the need was recognised: terms count from here, also those that run.")
