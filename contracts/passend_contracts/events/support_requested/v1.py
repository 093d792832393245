"""What a school says when it asks for support for a pupil, version 1."""

from pydantic import Field

from passend_contracts.enclosures import ENCLOSURES, Enclosures
from passend_contracts.vocabulary import AgeBand, Day, EventData, MunicipalityId, SchoolId


class SupportRequested(EventData):
    """A school has recognised that a pupil needs more than it can offer by itself."""

    school: SchoolId = Field(description="The location of the school (vestiging): BRIN code and two digits.")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives, by its CBS code: whose team helps.")
    age_band: AgeBand = Field(description="How old the child is, in bands of two years; never a birth date.")
    recognised_on: Day = Field(description="The date on which the need was recognised: legal terms count from here, not from `time`.")
    enclosures: Enclosures = ENCLOSURES
