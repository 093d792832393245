"""What a school says when a case must go on that had ended, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Asker, Day, EventData


class ReopenRequested(EventData):
    """Parents or school do not agree that the case has ended."""

    asked_by: Asker = Field(description="Who asks: also the support centre for parents and youth (ouder- en jeugdsteunpunt).")
    requested_on: Day = Field(description="The date on which it was asked.")
