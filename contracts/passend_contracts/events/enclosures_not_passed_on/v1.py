"""What a school hears when its referral went to the team without a part that was sealed for it, version 1."""

from typing import Annotated

from pydantic import Field

from passend_contracts.vocabulary import EventData, EventId, Part, open_code

MissingKind = Annotated[str, open_code("identity", "contact", "story")]
Why = Annotated[str, open_code("not_given", "not_kept", "no_key_of_reader", "not_for_us", "tampered", "moved", "not_bound", "bad_header")]


class Missing(Part):
    """One sealed part that the team did not get."""

    kind: MissingKind = Field(description="Which kind of enclosure.")
    because: Why = Field(description="Why it was not passed on; `not_given` where the school has sealed none.")


class EnclosuresNotPassedOn(EventData):
    """The youth team got a referral without these sealed parts."""

    referral: EventId = Field(description="The id of the `jgt_referred` event.")
    missing: list[Missing] = Field(min_length=1, max_length=3, description="What the team did not get, and why.")
