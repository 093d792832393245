"""What a school says when parents allow that data are shared, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Agreer, Day, EventData, Purpose, open_code

Form = Annotated[str, open_code("written", "oral")]


class ConsentGiven(EventData):
    """Those who have authority over the child allow the school to share data for these purposes."""

    purposes: list[Purpose] = Field(
        min_length=1,
        max_length=5,
        description="What the data may be used for, each agreed by itself; no referral without refer_to_youth_team.",
    )
    agreed_by: list[Agreer] = Field(min_length=1, max_length=4, description="In which roles people agreed.")
    agreed_on: Day = Field(description="The date on which they agreed.")
    form: Form = Field(description="How they agreed; oral consent is valid when it is noted.")
