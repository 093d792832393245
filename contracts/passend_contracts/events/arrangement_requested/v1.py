"""What a school says when it asks the samenwerkingsverband for an arrangement, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import ArrangementKind, Day, EventData, HoursPerWeek, Maybe


class ArrangementRequested(EventData):
    """A school asks for an arrangement: temporary support beyond its own budget, in an exceptional situation."""

    kind: ArrangementKind = Field(description="Which arrangement is asked: it decides which rules of the ondersteuningsplan count.")
    requested_on: Day = Field(description="The date of the request: the term to decide counts from here, not from `time`.")
    specialist_consulted_on: Day = Field(
        description="The date on which the school agreed on it with the onderwijsspecialist, who leads the support."
    )
    wanted_from: Day = Field(description="From when the support is needed.")
    wanted_until: Day = Field(description="Until when, at the latest: an arrangement is temporary.")
    hours_per_week: Maybe[HoursPerWeek] = Field(None, description="How many hours of support a week are asked; absent where only money is.")
