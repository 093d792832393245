"""What the samenwerkingsverband says when it has decided on an objection, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, Maybe, open_code

Outcome = Annotated[str, open_code("well_founded", "unfounded", "inadmissible", "withdrawn")]


class ObjectionDecided(EventData):
    """The samenwerkingsverband has decided on an objection; until then the decision itself stood."""

    objection: EventId = Field(description="The id of the `objection_lodged` event that this answers.")
    decided_on: Day = Field(description="The date of the decision.")
    made_known_on: Day = Field(description="The date on which it was made known: the six weeks to appeal begin the day after.")
    outcome: Outcome = Field(description="What was decided (gegrond, ongegrond, niet-ontvankelijk, ingetrokken).")
    replaced_by: Maybe[EventId] = Field(None, description="The id of the event that tells of the new decision, where there is one.")
