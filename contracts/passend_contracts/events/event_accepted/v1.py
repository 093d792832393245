"""The receipt that a door gives for an event over Kafka, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import CasePath, EventData, EventId, Maybe, Moment


class EventAccepted(EventData):
    """The event is safe here: its sender need not send it again."""

    event: EventId = Field(description="The id of the event that was accepted.")
    receipt: EventId = Field(description="The receipt; a repeat of the event gives the same one.")
    received_at: Moment = Field(description="When the door had stored it.")
    case: Maybe[CasePath] = Field(
        None, description="Where the case can be followed, relative to the door's address; absent for a crisis of a child without one."
    )
