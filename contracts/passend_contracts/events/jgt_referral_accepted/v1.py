"""What a gemeente says when its team takes a referral on, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, Maybe


class JGTReferralAccepted(EventData):
    """The team will help this family."""

    referral: EventId = Field(description="The id of the `jgt_referred` event that this answers.")
    accepted_on: Day = Field(description="The date on which the team took it on.")
    contact_by: Maybe[Day] = Field(None, description="The day by which the team will have called the parents.")
