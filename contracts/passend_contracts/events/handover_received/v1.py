"""What a board says when a child was taken over by its next school, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData


class HandoverReceived(EventData):
    """The next school has taken over this child and what it needs."""

    received_on: Day = Field(description="The date on which the next school took over.")
