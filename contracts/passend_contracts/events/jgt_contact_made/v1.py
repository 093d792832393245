"""What a gemeente says when its team has spoken with the family, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId


class JGTContactMade(EventData):
    """The team has spoken with the family; never about what."""

    referral: EventId = Field(description="The id of the `jgt_referred` event.")
    contact_on: Day = Field(description="The date of the first talk.")
