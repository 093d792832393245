"""What a school says when its board has decided on admission, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import AdmissionOutcome, Day, EventData, EventId, Maybe, SchoolId


class AdmissionDecided(EventData):
    """The board has decided on the admission of a child; there is no refusal without another school that is willing."""

    registration: EventId = Field(description="The id of the `pupil_registered` event that this decides on.")
    decided_on: Day = Field(description="The date of the decision.")
    outcome: AdmissionOutcome = Field(description="What was decided; closed for ever, because the law knows no fifth end.")
    other_school: Maybe[SchoolId] = Field(
        None, description="The other location that is really willing to admit the child, where it is one."
    )
    starts_on: Maybe[Day] = Field(None, description="The child's first day at the school that admits it; absent where none does.")
