"""What a school says after it has evaluated the support with the parents, version 1."""

from typing import Annotated, Literal

from pydantic import Field

from passend_contracts.vocabulary import ChildHeard, Code, Day, EventData, Maybe, Participant

Result = Annotated[Literal["goal_met", "goes_on", "not_enough"], Field(json_schema_extra={"x-privacy": "none"})]


class SupportPlanEvaluated(EventData):
    """School and parents have looked together whether the support is enough."""

    evaluated_on: Day = Field(description="The date of the evaluation.")
    present: list[Participant] = Field(
        min_length=1, max_length=10, description="In which roles people took part; a parent or guardian is one."
    )
    child_heard: ChildHeard = Field(description="Whether the child's own view was heard (hoorrecht).")
    not_heard_because: Maybe[Code] = Field(None, description="Why the child was not heard, as a code; absent when it was.")
    result: Result = Field(description="Whether the goal was met, the support goes on, or it is not enough.")
    evaluate_again_on: Maybe[Day] = Field(None, description="Where it goes on: the date of the next evaluation; absent means in six weeks.")
