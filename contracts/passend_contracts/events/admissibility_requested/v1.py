"""What a board says when it asks for admissibility to special (primary) education, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import AdmissibilityCategory, Day, EventData, EventId, Maybe, open_code

ParentsView = Annotated[str, open_code("agree", "disagree", "not_given")]


class AdmissibilityRequested(EventData):
    """A board asks the samenwerkingsverband whether a child may go to special (primary) education."""

    category: AdmissibilityCategory = Field(description="Which kind of school, and for special education which level of funding.")
    requested_on: Day = Field(description="The date of the request: the term to decide counts from here, not from `time`.")
    wanted_from: Day = Field(description="From when it is needed.")
    parents_view: ParentsView = Field(description="What the parents think of it (zienswijze): they are asked, and need not agree.")
    renews: Maybe[EventId] = Field(None, description="The id of the `admissibility_granted` event that is to be followed on.")
