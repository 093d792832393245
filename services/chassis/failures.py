"""The three ways in which an event fails, and what becomes of it: set aside, tried again, or parked."""

from services.chassis import database


class Rejected(Exception):
    """The input is broken in a way that only its handler sees: it becomes a dead letter and is never tried again.

    Its first argument is the reason for the operator: a code of small letters and dashes, nothing of the event.
    """

    @property
    def reason(self) -> str:
        """Why, as a code."""
        return str(self.args[0]) if self.args else "rejected"


class Transient(Exception):
    """A machine is broken that is none of ours: the batch is tried again with backoff, order kept."""


def is_transient(error: BaseException) -> bool:
    """Whether trying the batch again can help. What is neither this nor `Rejected` is a bug, and parks its case."""
    return isinstance(error, Transient) or database.is_transient(error)
