"""What a gemeente says when its team's help has begun, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId


class JGTSupportStarted(EventData):
    """The team's help has begun; never which."""

    referral: EventId = Field(description="The id of the `jgt_referred` event.")
    started_on: Day = Field(description="The first day of the help.")
