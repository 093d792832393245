"""What a school says when it takes a request for support back, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData


class SupportRequestWithdrawn(EventData):
    """The request for support no longer stands; the case may end."""

    withdrawn_on: Day = Field(description="The date on which the request was taken back.")
