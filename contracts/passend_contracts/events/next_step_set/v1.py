"""What the guardian says whenever the obligations of a case change, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Code, EventData, LastDay, Owner, Part, Sentence


class Obligation(Part):
    """One duty towards the child: it stays until it is met, and no other duty overwrites it."""

    kind: Code = Field(description="What has to be done, as a code.")
    owner: Owner = Field(description="Who has to do it: a party's id, a service, or `third_party` where the reader may not know who.")
    due: LastDay = Field(description="The last day on which it is in time.")
    ground: Sentence = Field(description="The law or policy that the duty rests on.")


class NextStepSet(EventData):
    """Who owes the child what by when: the earliest obligation is the next step that people see."""

    next_step: Obligation = Field(description="The obligation that is due first.")
    obligations: list[Obligation] = Field(
        min_length=1, max_length=50, description="All open obligations by date; an open case always has one."
    )
