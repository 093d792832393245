"""What notify says when a message does not get through at first, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import About, Attempts, Channel, EventData, EventId, Maybe, Moment, Role, open_code

Reason = Annotated[str, open_code("unreachable", "deferred", "outcome_unknown", "server_refuses", "refused")]


class NotificationFailed(EventData):
    """A message did not get through at its first attempt."""

    case_id: Maybe[EventId] = Field(None, description="The case of the child, where it has one.")
    message: EventId = Field(description="The id of the message; the same in all that is told of it.")
    about: About = Field(description="What the message is about.")
    role: Role = Field(description="The role that it is for; never who that is, nor an address.")
    channel: Channel = Field(description="The way it goes.")
    attempts: Attempts = Field(description="How often it was tried.")
    reason: Reason = Field(description="Why, as a code: never the server's words.")
    failed_at: Moment = Field(description="When.")
    next_attempt_at: Maybe[Moment] = Field(None, description="When it is tried again; absent where that is of no use.")
