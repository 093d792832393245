"""What a school says when a child's absence passes a limit, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, Maybe, open_code

Kind = Annotated[str, open_code("sixteen_hours", "over_four_weeks", "luxury", "worrying_illness")]


class AbsenceSignalled(EventData):
    """A child has been away from school so often or so long that somebody has to act; never why it is away."""

    kind: Kind = Field(description="Which limit was passed.")
    since: Day = Field(description="The first day of the absence.")
    limit_passed_on: Day = Field(description="The date on which the limit was passed: the term to report counts from here.")
    reported_on: Maybe[Day] = Field(None, description="When the school reported it to the absence register of DUO; absent: not yet.")
    ended_on: Maybe[Day] = Field(None, description="The last day of the absence; absent as long as it lasts.")
