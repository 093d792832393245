"""What the samenwerkingsverband says when it grants admissibility, version 1.

The declaration's number stands in the letter: under it the child is known in the national register, so it is no part of this.
"""

from pydantic import Field

from passend_contracts.vocabulary import AdmissibilityCategory, Day, EventData, EventId


class AdmissibilityGranted(EventData):
    """The child may go to special (primary) education, for a while; that is no place at a school yet."""

    request: EventId = Field(description="The id of the `admissibility_requested` event that this answers.")
    category: AdmissibilityCategory = Field(description="Which kind of school, and for special education which level of funding.")
    decided_on: Day = Field(description="The date of the decision.")
    made_known_on: Day = Field(description="The date on which it was made known: the six weeks to object begin the day after.")
    valid_from: Day = Field(description="The first day on which the child can be enrolled there: never before the decision.")
    valid_until: Day = Field(description="The last day on which it holds, a 31 July.")
