"""What is said when a team has not answered a referral in time, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId


class JGTReferralOverdue(EventData):
    """The last day for the team's answer to a referral has passed without one."""

    referral: EventId = Field(description="The id of the `jgt_referred` event that waits for its answer.")
    answer_due: Day = Field(description="The last day on which an answer would have been in time.")
    noticed_on: Day = Field(description="The date on which that was noticed.")
