"""What a school says when it has adopted a plan for a child's support, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import ChildHeard, Code, Day, EventData, Maybe


class SupportPlanAdopted(EventData):
    """A plan (ontwikkelingsperspectief) was adopted or changed; the plan itself is no part of this."""

    adopted_on: Day = Field(description="The date on which it was adopted.")
    parents_agreed_on: Day = Field(description="When the parents agreed with what is done (instemming met het handelingsdeel).")
    child_heard: ChildHeard = Field(description="Whether the child's own view was heard (hoorrecht).")
    not_heard_because: Maybe[Code] = Field(None, description="Why the child was not heard, as a code; absent when it was.")
    evaluate_on: Day = Field(description="The last day on which school and parents look whether it works: within a year.")
