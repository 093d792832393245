"""What notify says when a message was delivered, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import About, Attempts, Channel, EventData, EventId, Maybe, Moment, Role


class NotificationDelivered(EventData):
    """A message was taken by the recipient's mail server; whether somebody reads it only that person can say."""

    case_id: Maybe[EventId] = Field(None, description="The case of the child, where it has one.")
    message: EventId = Field(description="The id of the message; the same in all that is told of it.")
    about: About = Field(description="What the message is about.")
    role: Role = Field(description="The role that it is for; never who that is, nor an address.")
    channel: Channel = Field(description="The way it goes.")
    attempts: Attempts = Field(description="How often it was tried.")
    delivered_at: Moment = Field(description="When.")
