"""What a school says when consent is taken back, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Agreer, Day, EventData, Purpose


class ConsentWithdrawn(EventData):
    """Consent for these purposes no longer holds: what has not gone out yet must not go out."""

    purposes: list[Purpose] = Field(min_length=1, max_length=5, description="For which purposes the consent is taken back.")
    withdrawn_by: list[Agreer] = Field(min_length=1, max_length=4, description="In which roles people took it back.")
    withdrawn_on: Day = Field(description="The date on which they took it back.")
