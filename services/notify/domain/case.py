"""A case as far as somebody has to hear of it: nothing is kept of it here but the messages that go out about it."""

from dataclasses import dataclass, replace

from services.notify.domain.message import Message


@dataclass(frozen=True, slots=True)
class Case:
    """A child's case, by its id alone."""

    id: str
    messages: tuple[Message, ...] = ()
    """Those that are not kept yet."""

    def tell(self, message: Message) -> "Case":
        """With a message about it."""
        return replace(self, messages=(*self.messages, message))
