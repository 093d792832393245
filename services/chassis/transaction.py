"""What a handler sees: one event, the state of its case, and the words `save`, `publish`, `refuse` and `withhold`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import structlog
from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, in_clear
from passend_contracts.events import EventRefused
from passend_contracts.vocabulary import Code, EventData, Moment
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import outbox
from services.chassis.outbox import Outgoing

if TYPE_CHECKING:
    from services.chassis.service import Service

log = structlog.get_logger()

S = TypeVar("S")
E = TypeVar("E", bound=EventData)
Handler = Callable[[Any, "Transaction[Any]"], Awaitable[None]]


class DeadlinePassed(EventData):
    """A moment that a case waited for has come; the runtime says it to the service that set it, and to nobody else."""

    TYPE: ClassVar[str] = "nl.passendonderwijs.deadline-passed.v1"

    kind: Code
    due: Moment


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
        self.also_parked: dict[type[EventData], Callable[[Any], bool]] = {DeadlinePassed: _always}
        """What takes effect also while its case is parked, in which states of it."""
        self.case_of: dict[type[EventData], Callable[[Any], str | None]] = {}
        """Where another case than the event's subject is the one it concerns."""

    def on(
        self, model: type[E], *, also_parked: bool | Callable[[Any], bool] = False, case: Callable[[E], str | None] | None = None
    ) -> Callable[[Handler], Handler]:
        """Register the one handler of an event; a second one for the same event is a mistake in the code.

        `also_parked`: it stops something, and so does not wait while its case is parked, or only in states for which this says yes.
        """

        def register(handler: Handler) -> Handler:
            if model in self.handlers:
                raise ValueError(f"{model.__name__} has a handler already: {self.handlers[model].__name__}")
            self.handlers[model] = handler
            if also_parked:
                self.also_parked[model] = _always if also_parked is True else also_parked
            if case:
                self.case_of[model] = case
            return handler

        return register


def _always(_state: object) -> bool:
    return True


class Origin(NamedTuple):
    """Where an input came from: a record of a log, or a row of this service (then the log has no id, and `topic` names the table)."""

    log_id: str
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Work:
    """One event that is to take effect on a case; `party` names the sender when it came through the door of this service."""

    event: Envelope
    data: EventData
    case: str
    origin: Origin
    party: str | None = None
    position: int = 0
    """Where it stands among the inputs of its batch."""
    attempts: int = 0
    """How often it has failed before."""

    @property
    def order(self) -> int:
        """Its place among the events of its case as their sender gave them, whenever they take effect (number of arrival, or sequence)."""
        return self.origin.offset if self.party else int(self.event.sequence or 0)


class Rejected(Exception):
    """The input is broken in a way that only its handler sees: it becomes a dead letter and is never tried again.

    Its first argument is the reason for the operator: a code of small letters and dashes, nothing of the event.
    """

    @property
    def reason(self) -> str:
        """Why, as a code."""
        return str(self.args[0]) if self.args else "rejected"


@dataclass(slots=True)
class Transaction(Generic[S]):
    """One event's part of the batch's database transaction.

    What a handler saves and publishes counts only if it returns: an exception leaves no trace of this event.
    Handlers of one case run in order and alone: the case is locked, in this process and in every other.
    """

    service: "Service[S]"
    work: Work
    now: datetime
    """The moment of logging, the same for the whole batch; legal dates stand in the events' data."""
    state: S | None
    connect: Callable[[], Awaitable[AsyncConnection]]
    """How `database` gets its connection."""
    outgoing: list[Outgoing] = field(default_factory=list)
    saved: bool = False
    refused: bool = False
    asked_database: bool = False

    async def database(self) -> AsyncConnection:
        """The connection, with everything told before written; a handler that asks for it pays for a rerun when it fails."""
        self.asked_database = True
        return await self.connect()

    @property
    def event(self) -> Envelope:
        """The event as it came."""
        return self.work.event

    @property
    def party(self) -> str | None:
        """The sender, when the event came through the door of this service."""
        return self.work.party

    @property
    def case_id(self) -> str:
        """The case that the event concerns: its `subject`, unless the handler was registered otherwise."""
        return self.work.case

    @property
    def stem(self) -> str:
        """The event's name as in the catalogue."""
        return self.event.type.split(".")[2].replace("-", "_")

    @property
    def sender(self) -> str:
        """URN of the organisation that sent the event, without its system."""
        return self.event.source.split(":systeem:", maxsplit=1)[0]

    def save(self, state: S) -> None:
        """Make this the state of the case."""
        self.state, self.saved = state, True

    def publish(
        self, data: EventData, *, sender: str | None = None, to: Sequence[str] = (), known_on: Sequence[str] = (), held: bool | str = False
    ) -> str:
        """Tell it, after the commit, and return the event's id; `to` defaults to the topic of the catalogue.

        `known_on` are topics that get the same event without its enclosures: their readers may know of it, and have no use for those.
        The id is derived from the cause, so that running again repeats and never doubles. `sender` is the URN in whose name the
        service speaks (default: the sender of the cause). What is `held` can be withheld until the relay has
        claimed it: under its own id, or together with another event under that one's.
        """
        kind = catalogue.of(type(data))
        ordinal = sum(1 for row in self.outgoing if row.event.type == kind.type)
        event = self.service.says(
            data,
            subject=self.case_id,
            sender=sender or self.sender,
            now=self.now,
            cause=self.event,
            ordinal=ordinal,
        )
        hold = held if isinstance(held, str) else event.id if held else None
        self.outgoing.extend(Outgoing(event, topic, hold) for topic in to or kind.topics)
        if known_on:
            open_to_all = replace(event, data=dict(in_clear(event.data)))
            self.outgoing.extend(Outgoing(open_to_all, topic, hold) for topic in known_on)
        return event.id

    def pass_on(self, topic: str) -> None:
        """Tell the sender's own event, under its own id, on one topic more than the door republishes it to."""
        self.outgoing.append(Outgoing(replace(self.event, producer=self.service.name), topic))

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
        return await outbox.withhold(await self.database(), event_id, self.now)
