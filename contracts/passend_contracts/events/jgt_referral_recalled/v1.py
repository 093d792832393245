"""What goes to a gemeente when a referral no longer stands, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

Reason = Annotated[str, open_code("consent_withdrawn", "request_withdrawn", "handed_over")]


class JGTReferralRecalled(EventData):
    """The referral no longer stands: the team stops, and removes what it got with it."""

    referral: EventId = Field(description="The id of the `jgt_referred` event that is recalled.")
    reason: Reason = Field(description="Why it is recalled.")
    recalled_on: Day = Field(description="The date on which it was recalled.")
