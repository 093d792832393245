"""What a service says every hour about what it has put on a topic, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, Maybe, Moment, Sequence, TopicName

Count = Annotated[int, Field(ge=0, le=999_999_999_999, json_schema_extra={"x-privacy": "none"})]


class Tally(EventData):
    """So much has this service put on this topic up to now: who has read less has lost something."""

    topic: TopicName = Field(description="The topic that is counted, on which this stands as well.")
    counted_at: Moment = Field(description="Up to when.")
    events: Count = Field(description="How many events there were since the topic began, `withheld` ones included and tallies not.")
    last_event: Maybe[EventId] = Field(None, description="The id of the last of them; absent where there was none.")
    last_sequence: Maybe[Sequence] = Field(None, description="Its number among those of its own case.")
