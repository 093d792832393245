"""What the guardian says when it starts to watch over a case, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import AgeBand, Day, EventData, MunicipalityId, SchoolId


class CaseOpened(EventData):
    """A child's request has become a case: from now on somebody always owes it a next step."""

    school: SchoolId = Field(description="The location of the school (vestiging) whose board owns the case.")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives, by its CBS code.")
    age_band: AgeBand = Field(description="How old the child is, in bands of two years.")
    opened_on: Day = Field(description="The date from which the case counts.")
