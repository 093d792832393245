"""What the samenwerkingsverband says when it grants an arrangement, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import ArrangementKind, Day, Euros, EventData, EventId, HoursPerWeek, Maybe


class ArrangementGranted(EventData):
    """The samenwerkingsverband grants an arrangement, within bounds: hours a week, money, or both."""

    request: EventId = Field(description="The id of the `arrangement_requested` event that this answers.")
    kind: ArrangementKind = Field(description="Which arrangement it is.")
    decided_on: Day = Field(description="The date of the decision.")
    hours_per_week: Maybe[HoursPerWeek] = Field(None, description="At most how many hours of support a week.")
    budget: Maybe[Euros] = Field(None, description="At most how much money in all, in whole euros.")
    starts_on: Day = Field(description="The first day of the support.")
    evaluate_on: Day = Field(description="The last day on which school and parents look whether it is enough.")
    ends_on: Day = Field(description="The last day of the support.")
