"""What the samenwerkingsverband says when a child waits for a place, version 1."""

from pydantic import Field

from passend_contracts.vocabulary import Day, EventData, EventId, Maybe, SchoolId


class WaitingListed(EventData):
    """The child is on a school's waiting list; its own school goes on supporting it."""

    search: EventId = Field(description="The id of the `place_sought` event that it waits for.")
    school: SchoolId = Field(description="The location (vestiging) on whose list the child is.")
    since: Day = Field(description="Since when the child is on the list.")
    expected_on: Maybe[Day] = Field(None, description="When a place is expected; absent: nobody can say.")
    look_again_on: Day = Field(description="The last day on which the samenwerkingsverband looks again, here and elsewhere.")
