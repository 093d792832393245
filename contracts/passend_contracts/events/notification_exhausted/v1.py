"""What notify says when a message is given up, or nobody answers, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import About, EventData, EventId, Maybe, Moment, Role, open_code

Reason = Annotated[str, open_code("refused", "tried_for_too_long", "no_address", "nobody_acknowledged")]


class NotificationExhausted(EventData):
    """A message is given up, or nobody answers: a person has to be reached another way."""

    case_id: Maybe[EventId] = Field(None, description="The case of the child, where it has one.")
    message: Maybe[EventId] = Field(None, description="The id of the message; absent where there was none, or it is about all.")
    about: About = Field(description="What the message is about.")
    role: Role = Field(description="The role that was not reached.")
    reason: Reason = Field(description="Why, as a code.")
    exhausted_at: Moment = Field(description="When.")
