"""What goes to a gemeente when a school refers a family to the youth team, version 1."""

from pydantic import Field

from passend_contracts.enclosures import ENCLOSURES, Enclosures
from passend_contracts.vocabulary import AgeBand, Day, EventData, EventId, MunicipalityId, PartyId, SchoolId, TeamId


class JGTReferred(EventData):
    """The school refers the family to the youth and family team of the child's home, with consent."""

    board: PartyId = Field(description="The school board that refers; it is the sender, and the controller of what it shares.")
    school: SchoolId = Field(description="The location of the school (vestiging).")
    home_municipality: MunicipalityId = Field(description="The gemeente where the child lives, whose team is asked.")
    team: TeamId = Field(description="The team that is asked.")
    age_band: AgeBand = Field(description="How old the child is, in bands of two years.")
    consulted_on: Day = Field(description="The date on which the school spoke with the parents.")
    consent: EventId = Field(description="The id of the `consent_given` event that allows this.")
    consented_on: Day = Field(description="The date of that consent.")
    answer_due: Day = Field(description="The last day on which the team's answer is in time.")
    enclosures: Enclosures = ENCLOSURES
