"""What the samenwerkingsverband says when it assigns an expert, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, Discipline, EventData, EventId, open_code

Provider = Annotated[str, open_code("ambulatory_service", "special_school", "samenwerkingsverband", "independent")]


class ExpertAssigned(EventData):
    """The samenwerkingsverband assigns the expert that was asked for."""

    request: EventId = Field(description="The id of the `expert_requested` event that this answers.")
    discipline: Discipline = Field(description="Which profession comes.")
    provider: Provider = Field(description="The organisation that sends the expert, as a code; never who it is.")
    assigned_on: Day = Field(description="The date on which it was agreed.")
    report_due: Day = Field(description="The last day on which the expert's report is in time.")
