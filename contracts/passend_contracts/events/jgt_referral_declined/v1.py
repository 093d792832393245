"""What a gemeente says when its team does not take a referral on, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

Reason = Annotated[str, open_code("not_resident", "already_known", "no_capacity", "outside_scope")]


class JGTReferralDeclined(EventData):
    """The team will not help this family; the next step is the school's again."""

    referral: EventId = Field(description="The id of the `jgt_referred` event that this answers.")
    declined_on: Day = Field(description="The date on which the team declined.")
    reason: Reason = Field(description="Why it declined.")
