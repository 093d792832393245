"""What a school says when it asks the samenwerkingsverband for an expert, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, Discipline, EventData


class ExpertRequested(EventData):
    """A school asks for an expert of special education who looks along and advises."""

    discipline: Discipline = Field(description="Which profession is asked for; never what the child has.")
    requested_on: Day = Field(description="The date of the request: the term to assign somebody counts from here.")
