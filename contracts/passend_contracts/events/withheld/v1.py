"""What goes out in the place of an event that must not go out any more, version 1."""

from passend_contracts.vocabulary import EventData


class Withheld(EventData):
    """An event stood here and must not go out any more; its number is kept, so that nobody looks for a lost one."""
