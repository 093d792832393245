"""What a school says when a child goes to a school of another board, version 1."""

from typing import Annotated, Literal

from pydantic import Field

from passend_contracts.vocabulary import BoardId, Day, EventData, Maybe

Because = Annotated[Literal["moved", "age"], Field(json_schema_extra={"x-privacy": "none"})]


class HandoverAnnounced(EventData):
    """This child goes to a school of another board; until that school takes it over, this one goes on."""

    because: Because = Field(description="A move, or the age for secondary education (voortgezet onderwijs).")
    to_board: Maybe[BoardId] = Field(None, description="The board that takes over; absent when it takes no part in this platform.")
    starts_on: Day = Field(description="The day on which the child starts there.")
