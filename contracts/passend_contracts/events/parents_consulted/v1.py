"""What a school says after it has spoken with the parents, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.enclosures import ENCLOSURES, Enclosures
from passend_contracts.vocabulary import ChildHeard, Code, Day, EventData, Maybe, Participant, open_code

YouthTeam = Annotated[str, open_code("refer", "parents_contact", "already_known", "later", "no")]


class ParentsConsulted(EventData):
    """The school has talked with the parents about the child, and about whether the youth team should help."""

    held_on: Day = Field(description="The date of the conversation.")
    present: list[Participant] = Field(min_length=1, max_length=10, description="In which roles people took part.")
    child_heard: ChildHeard = Field(description="Whether the child's own view was heard (hoorrecht).")
    not_heard_because: Maybe[Code] = Field(None, description="Why the child was not heard, as a code; absent when it was.")
    youth_team: YouthTeam = Field(description="What was agreed about the youth and family team.")
    enclosures: Enclosures = ENCLOSURES
