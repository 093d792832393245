"""What a service answers when a rule forbids what a well-formed event asks, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Code, EventData, EventId, Sentence


class EventRefused(EventData):
    """The event is well-formed, but a rule forbids what it asks."""

    event: EventId = Field(description="The id of the event that was refused.")
    rule: Code = Field(description="Which rule forbids it, as a code.")
    ground: Sentence = Field(description="The law or policy behind the rule.")
    possible: Sentence = Field(description="What is possible instead.")
