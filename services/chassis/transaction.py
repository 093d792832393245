"""What a handler sees: one event, the state of its case, and the words `save`, `publish`, `refuse` and `withhold`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import structlog
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, derived_id
from passend_contracts.events import EventRefused
from passend_contracts.vocabulary import EventData
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import outbox
from services.chassis.outbox import Outgoing

if TYPE_CHECKING:
    from services.chassis.service import Service

log = structlog.get_logger()

S = TypeVar("S")
E = TypeVar("E", bound=EventData)
Handler = Callable[[Any, "Transaction[Any]"], Awaitable[None]]


class Store(Protocol[S]):
    """How a service keeps its state: all cases of a batch in and out at once; it never commits."""

    async def load(self, connection: AsyncConnection, case_ids: Sequence[str]) -> dict[str, S]:
        """The state of those cases that have one."""
        ...

    async def save(self, connection: AsyncConnection, states: Mapping[str, S]) -> None:
        """Write these states in place of what was there."""
        ...


class Events:
    """The event surface of a service: which function takes effect for which event."""

    def __init__(self) -> None:
        self.handlers: dict[type[EventData], Handler] = {}

    def on(self, model: type[E]) -> Callable[[Handler], Handler]:
        """Register the one handler of an event; a second one for the same event is a mistake in the code."""

        def register(handler: Handler) -> Handler:
            if model in self.handlers:
                raise ValueError(f"{model.__name__} has a handler already: {self.handlers[model].__name__}")
            self.handlers[model] = handler
            return handler

        return register


@dataclass(frozen=True, slots=True)
class Work:
    """One event that is to take effect; `party` names the sender when it came through the door of this service."""

    event: Envelope
    data: EventData
    party: str | None = None


@dataclass(slots=True)
class Transaction(Generic[S]):
    """One event's part of the batch's database transaction.

    What a handler saves and publishes counts only if it returns: an exception leaves no trace of this event.
    Handlers of one case run in order and alone: the case is locked, in this process and in every other.
    """

    service: "Service[S]"
    event: Envelope
    party: str | None
    connection: AsyncConnection
    now: datetime
    """The moment of logging, the same for the whole batch; legal dates stand in the events' data."""
    state: S | None
    write_pending: Callable[[], Awaitable[None]]
    outgoing: list[Outgoing] = field(default_factory=list)
    saved: bool = False
    refused: bool = False

    @property
    def case_id(self) -> str:
        """The case this event is about (its `subject`)."""
        return self.event.subject

    @property
    def sender(self) -> str:
        """URN of the organisation that sent the event, without its system."""
        return self.event.source.split(":systeem:", maxsplit=1)[0]

    def save(self, state: S) -> None:
        """Make this the state of the case."""
        self.state, self.saved = state, True

    def publish(self, data: EventData, *, sender: str | None = None, to: Sequence[str] = (), held: bool = False) -> str:
        """Tell it, after the commit, and return the event's id; `to` defaults to the topic of the catalogue.

        The id is derived from the cause, so that running again repeats and never doubles. `sender` is the URN in whose name the
        service speaks (default: the sender of the cause). What is `held` can be withheld under its id until the relay has claimed it.
        """
        kind = catalogue.of(type(data))
        ordinal = sum(1 for row in self.outgoing if row.event.type == kind.type)
        event = Envelope(
            id=derived_id(self.service.name, self.event.source, self.event.id, kind.type, str(ordinal)),
            source=self.service.source_for(sender or self.sender),
            type=kind.type,
            subject=self.case_id,
            time=self.now,
            dataschema=kind.dataschema,
            data=data.to_wire(),
            producer=self.service.name,
            causationid=f"{self.event.source}#{self.event.id}",
            traceparent=self.event.traceparent,
        )
        self.outgoing.extend(Outgoing(event, topic, event.id if held else None) for topic in to or kind.topics)
        return event.id

    def refuse(self, *, rule: str, ground: str, possible: str) -> None:
        """Tell the sender that a rule forbids this well-formed event: which rule, its source, what is possible instead.

        Only for an event that came through this service's door: it is not republished and has no other effect.
        """
        if self.party is None:
            raise TypeError("only an event that came through the door can be refused")
        refusal = EventRefused(event=self.event.id, rule=rule, ground=ground, possible=possible)
        self.publish(refusal, sender=self.service.swv, to=[catalogue.to_topic(self.party)])
        self.refused = True
        log.info("refused", rule=rule, party=self.party)

    async def withhold(self, event_id: str) -> bool:
        """Stop a held event on all its topics: it goes out as an empty `withheld` under its own number.

        Returns whether it was in time; when any of it may have gone out already, nothing is stopped and the caller must recall it.
        """
        await self.write_pending()
        return await outbox.withhold(self.connection, event_id, self.now)
