"""What a door answers over Kafka when the form of an event is wrong, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, HttpStatus, JsonPath, Maybe, Message, Part, ProblemCode, Sentence


class FieldProblem(Part):
    """One thing wrong with an event; it never repeats a value."""

    path: JsonPath = Field(description="Where it is, as a JSON path.")
    code: ProblemCode = Field(description="What kind of mistake it is, for machines.")
    message: Message = Field(description="What is wrong and what to do.")


class EventRejected(EventData):
    """The form of the event is wrong; it has had no effect and has to be sent anew, put right (problem details)."""

    event: Maybe[EventId] = Field(None, description="The id of the event, where it had a usable one.")
    title: Sentence = Field(description="What is the matter, in one sentence.")
    status: HttpStatus = Field(description="The HTTP status that the same event would have got.")
    detail: Sentence = Field(description="What to do now.")
    errors: list[FieldProblem] = Field(min_length=1, max_length=100, description="Everything that is wrong, at once.")
