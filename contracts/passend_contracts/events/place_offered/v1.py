"""What the samenwerkingsverband says when it offers a place, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, SchoolId, SpecialSchoolKind


class PlaceOffered(EventData):
    """The samenwerkingsverband offers a place and holds it until it is answered or the term is over."""

    school: SchoolId = Field(description="The location (vestiging) that has the place.")
    kind: SpecialSchoolKind = Field(description="Which kind of school it is.")
    available_from: Day = Field(description="The first day on which the child can start there.")
    offered_on: Day = Field(description="The date of the offer.")
    answer_due: Day = Field(description="The last day on which the answer is in time; then the place goes to another child.")
