"""What the samenwerkingsverband says when an expert has advised on admissibility, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, open_code

Profession = Annotated[str, open_code("educationalist", "psychologist", "pedagogue", "child_psychiatrist", "social_worker", "doctor")]


class ExpertAdviceGiven(EventData):
    """An expert has advised on admissibility; each advice stands by itself, and never who gave it."""

    request: EventId = Field(description="The id of the `admissibility_requested` event that it is about.")
    profession: Profession = Field(description="The expert's profession: the first is an educationalist (orthopedagoog) or a psychologist.")
    advised_on: Day = Field(description="The date of the advice.")
