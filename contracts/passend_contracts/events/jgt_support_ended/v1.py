"""What a gemeente says when its team's help has ended, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId


class JGTSupportEnded(EventData):
    """The team's help has ended; never why."""

    referral: EventId = Field(description="The id of the `jgt_referred` event.")
    ended_on: Day = Field(description="The last day of the help.")
