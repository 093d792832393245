"""What the guardian says when it takes a closed case up again, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Asker, Day, EventData


class CaseReopened(EventData):
    """The case had ended, and goes on now."""

    asked_by: Asker = Field(description="Who asked for it.")
    reopened_on: Day = Field(description="The date on which it was taken up again.")
