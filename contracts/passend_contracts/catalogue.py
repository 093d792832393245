"""Every event there is, read once from `events/*/event.toml` and `v1.py`: the list that services, tests and documents go by."""

import importlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple, TypeVar, get_args
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from passend_contracts.envelope import MAX_PROBLEMS, Envelope, Invalid, Problem, is_shown, known
from passend_contracts.vocabulary import EventData, Part, is_uuid

SCHEMAS_AT = "https://passendonderwijs.example/schemas"
LOG_ID_TOPIC = "passend.log-id"
"""Where the embedded broker says which log this is; nobody else has it."""

Service = Literal["intake", "jgt_bridge", "placement", "notify", "console"]
SERVICES: tuple[Service, ...] = get_args(Service)
Lane = Literal["cases", "crises"]
"""What never queues behind the other: crises have topics, consumers, connections and a relay of their own."""
PartyKind = Literal["board", "gemeente"]
EVENTS_FOLDER = Path(__file__).parent / "events"


Form = TypeVar("Form", bound=Part)


class CatalogueError(Exception):
    """An event's folder does not hold together; the message names the file and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its only writer (a service, a party, or `services` where several address a party) and the services that read it."""

    name: str
    writer: str
    readers: tuple[Service, ...]
    partitions: int

    @property
    def lane(self) -> Lane:
        """The lane in which it is written; it stands in the name."""
        return "crises" if ".crises." in self.name else "cases"

    def lane_for(self, reader: str) -> Lane:
        """The lane in which a service reads it: the guardian takes a crisis up with its cases, when those who help have it already."""
        return "cases" if reader == "intake" else self.lane


class Words(NamedTuple):
    """The same in both languages: plain Dutch (B1), and English beside it."""

    nl: str
    en: str


class EventType(BaseModel):
    """One version of one event: what `event.toml` says about it, and the model of its data.

    What is `planned` is described, and nobody acts on it yet: a door turns it away, since to take it in would promise an effect.
    The `subject` is the key on every topic. `by_hand` names the required fields that a person has to fill in when a party emits it:
    all but the ids, schools, gemeente and age band that the party's system has already, and the date of an event that is told the
    same day, which is that of today.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stem: str
    version: int
    model: type[EventData]
    term: str
    meaning: Words
    emitted: str
    emitters: tuple[PartyKind | Service, ...]
    topics: tuple[str, ...]
    readers: tuple[PartyKind | Service, ...]
    planned: bool = False
    subject: str = "the case"
    by_hand: tuple[str, ...] = ()
    legal_basis: str
    purpose: str
    retention: str
    owner: str
    response: str
    sunset: date | None = None
    """After this day the version may be deleted: announced by a release under `[sunset]`, and never brought forward."""

    @cached_property
    def type(self) -> str:
        """The CloudEvents `type`."""
        return f"nl.passendonderwijs.{self.stem.replace('_', '-')}.v{self.version}"

    @cached_property
    def dataschema(self) -> str:
        """The URI that is the schema's `$id`."""
        return f"{SCHEMAS_AT}/{self.stem.replace('_', '-')}/v{self.version}"

    @property
    def topic(self) -> str:
        """Where a door or a service puts it first; `<party>` in it stands for whom it is addressed to."""
        return self.topics[0]

    def belongs_on(self, topic: str) -> bool:
        """Whether anybody puts it there: what stands on another topic is nobody's word."""
        return any(place.fullmatch(topic) for place in self._places)

    @cached_property
    def _places(self) -> list[re.Pattern[str]]:
        return [re.compile(re.sub(r"<[a-z]+>", "[a-z0-9_]+", re.escape(name)).replace(r"\*", ".*")) for name in self.topics]

    @property
    def lane(self) -> Lane:
        """The lane in which it travels."""
        return "crises" if ".crises." in self.topic else "cases"

    @property
    def folder(self) -> Path:
        """Where its description, schema and examples stand."""
        return EVENTS_FOLDER / self.stem


DOORS: Mapping[PartyKind, Service] = {"board": "intake", "gemeente": "jgt_bridge"}
"""Which service takes in what each kind of party emits."""

TOPICS: Mapping[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("school.cases.v1", "intake", ("jgt_bridge", "console"), 6),
        Topic("school.requests.v1", "intake", ("placement", "console"), 6),
        Topic("guard.cases.v1", "intake", ("placement", "notify", "console"), 6),
        Topic("jgt.cases.v1", "jgt_bridge", ("intake", "console"), 6),
        Topic("swv.cases.v1", "placement", ("intake", "console"), 6),
        Topic("school.crises.v1", "intake", ("notify", "intake", "console"), 6),
        Topic("swv.crises.v1", "notify", ("intake", "console"), 6),
        Topic("notify.receipts.v1", "notify", ("intake", "console"), 6),
    )
}
"""The topics inside; those of parties and dead letters follow from their name, see `topic`."""


def topic(name: str) -> Topic:
    """The topic of that name, also one of a party or of dead letters; `KeyError` where there is none."""
    if name in TOPICS:
        return TOPICS[name]
    match = _is_named(name)
    if not match:
        raise KeyError(name)
    direction, whose = match["direction"], match["whose"]
    if direction == "from":
        return Topic(name, whose, (DOORS["board" if whose.startswith("bg") else "gemeente"],), 1)
    return Topic(name, "services" if direction == "to" else whose, ("console",), 1)


def is_topic(name: str) -> bool:
    """Whether a topic may have that name."""
    return name in TOPICS or _is_named(name) is not None


_is_named = re.compile(r"(?P<direction>from|to|dlq)\.(?P<whose>[a-z0-9_]+)(?:\.crises)?\.v1").fullmatch


def from_topic(party: str, lane: Lane = "cases") -> str:
    """Where a party puts what it emits."""
    return f"from.{party}.{_LANE[lane]}v1"


def to_topic(party: str, lane: Lane = "cases") -> str:
    """Where a party reads what is addressed to it."""
    return f"to.{party}.{_LANE[lane]}v1"


_LANE: Mapping[Lane, str] = {"cases": "", "crises": "crises."}


def lanes_of(kind: str) -> tuple[Lane, ...]:
    """The lanes in which a kind of party has topics: the one of cases, and that of crises where it may raise one."""
    emits = {entry.lane for entry in EVENTS if kind in entry.emitters}
    return tuple(lane for lane in _LANE if lane == "cases" or lane in emits)


def dlq_topic(service: str) -> str:
    """Where a service mirrors its dead letters."""
    return f"dlq.{service}.v1"


def of(event: type[EventData] | EventData | str) -> EventType:
    """The entry of a model, of an event's data, or of a wire type; `KeyError` where the catalogue has none."""
    if isinstance(event, str):
        return _BY_TYPE[event]
    return _BY_MODEL[event if isinstance(event, type) else type(event)]


def says(
    data: EventData, *, source: str, subject: str | None = None, event_id: str | None = None, time: datetime | None = None
) -> Envelope:
    """An event of a party about a case (or crisis), by default a new one, logged now.

    `source` is the URN of the sender's own system; `subject` is the case's id: give it with all that follows on the first
    event. Who sends the same event again gives it the same id.
    """
    entry = of(data)
    return Envelope(
        id=event_id or str(uuid4()),
        source=source,
        type=entry.type,
        subject=subject or str(uuid4()),
        time=time or datetime.now(UTC),
        data=data.to_wire(),
        dataschema=entry.dataschema,
    )


def knows(wire_type: str) -> bool:
    """Whether the catalogue has this type in this version."""
    return wire_type in _BY_TYPE


def read(envelope: Envelope) -> EventData:
    """An event's data for who consumes it: fields that this version does not know are ignored. Raises `Invalid`."""
    entry = _BY_TYPE.get(envelope.type)
    if entry is None:
        raise Invalid(_type_problems(envelope.type), known(envelope))
    try:
        return entry.model.from_wire(envelope.data, closed=False)
    except ValidationError as error:
        raise Invalid(_data_problems(error, entry.model), known(envelope)) from None


def accept(decoded: Envelope | Invalid, also: Iterable[Problem] = ()) -> EventData:
    """An event's data at a door, as closed as its schema; raises one `Invalid` with everything that is wrong.

    Takes what decoding gave, good or bad, and what the door itself found (`also`), so that a sender learns all of it at once.
    """
    problems = list(also) if isinstance(decoded, Envelope) else [*decoded.problems, *also]
    wire_type, schema, subject, data = _judged(decoded) if isinstance(decoded, Envelope) else map(decoded.known.get, JUDGED)
    problems += _door_problems(wire_type, schema, subject)
    entry = _BY_TYPE.get(wire_type or "")
    if entry and data is not None:
        try:
            event = entry.model.from_wire(data, closed=True)
        except ValidationError as error:
            problems += _data_problems(error, entry.model)
    if problems:
        attributes = known(decoded) if isinstance(decoded, Envelope) else decoded.known
        if not is_uuid(attributes.get("subject", "")):  # a party's name is a subject elsewhere, and here no case to answer about
            attributes.pop("subject", None)
        raise Invalid(problems, attributes)
    return event


def read_form(model: type[Form], data: Any) -> Form:
    """Parsed JSON that is no event, exactly as its model allows; raises one `Invalid` with everything that is wrong, each by its path."""
    try:
        return model.from_wire(data, closed=True)
    except ValidationError as error:
        problems = _data_problems(error, model)
    raise Invalid(replace(problem, path=problem.path.replace("$.data", "$", 1)) for problem in problems)


JUDGED = ("type", "dataschema", "subject", "data")
_judged: Callable[[Envelope], tuple[Any, ...]] = attrgetter(*JUDGED)


def _door_problems(wire_type: str | None, schema: str | None, subject: str | None) -> Iterator[Problem]:
    entry = _BY_TYPE.get(wire_type or "")
    if wire_type and not entry:
        yield from _type_problems(wire_type)
    if entry and schema and schema != entry.dataschema:
        yield Problem("$.dataschema", "wrong-dataschema", f"the schema of this type is {entry.dataschema}; give that, or leave it out")
    if subject and not is_uuid(subject):
        yield Problem("$.subject", "bad-subject", "give the id of the case, a UUID in lower case")


def _type_problems(wire_type: str) -> list[Problem]:
    stem = wire_type.rpartition(".")[0]
    versions = [entry.version for entry in EVENTS if entry.type.rpartition(".")[0] == stem]
    if versions:
        return [Problem("$.type", "unknown-version", f"this event exists in version {', '.join(map(str, versions))}; send that")]
    return [Problem("$.type", "unknown-type", "no such event is in the catalogue; contracts/EVENTS.md lists what there is")]


def _data_problems(error: ValidationError, model: type[Part]) -> list[Problem]:
    found = error.errors(include_url=False, include_context=False)[:MAX_PROBLEMS]
    few = sum(wrong["type"] == "extra_forbidden" for wrong in found) <= MAX_MISSPELT
    names = [field.alias or "" for field in model.model_fields.values()] if few else []
    return [_unknown_field(wrong, names) if wrong["type"] == "extra_forbidden" else _wrong_field(wrong) for wrong in found]


def _wrong_field(wrong: ErrorDetails) -> Problem:
    path = _path(wrong["loc"])
    if wrong["type"] == "missing":
        return Problem(path, "missing-field", "the field is not there; it is required")
    if wrong["input"] is None:
        return Problem(path, "null", "null says nothing; give a value, or leave an optional field out")
    for kinds, code, message in _KINDS:
        if wrong["type"].endswith(kinds):
            return Problem(path, code, message or wrong["msg"])
    return Problem(path, "bad-value", "the value does not fit the schema; see its description there")


_KINDS = (
    (("_type", "_parsing"), "wrong-type", ""),
    (("pattern_mismatch",), "bad-format", ""),
    (("value_error",), "bad-format", "give a value that exists, such as the date 2026-11-02"),  # Python's own message repeats the value
    (("literal_error",), "unknown-value", ""),
    (("_short", "_long", "_than", "_equal"), "out-of-bounds", ""),
)
"""How Pydantic's errors are told: their ending, our code, and our words where Pydantic's are not fit to show."""


MAX_MISSPELT = 5
"""With more unknown fields than that data is of another form: to look for what each was meant to be took 8 s for a batch of them."""


def _unknown_field(wrong: ErrorDetails, names: list[str]) -> Problem:
    *parents, name = wrong["loc"]
    if not is_shown(str(name)):
        return Problem(f"{_path(tuple(parents))}.?", "unknown-field", "a field that the schema does not have; leave it out")
    alike = get_close_matches(str(name), names, n=1)
    hint = f"write {alike[0]}, or leave it out" if alike else "leave it out"
    return Problem(_path(wrong["loc"]), "unknown-field", f"the schema does not have this field; {hint}")


def _path(location: tuple[int | str, ...]) -> str:
    return "$.data" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)


def load(folder: Path = EVENTS_FOLDER, package: str = "passend_contracts.events") -> tuple[EventType, ...]:
    """Every event of a folder in each of its versions, by its stem; raises `CatalogueError` where a folder does not hold together."""
    return tuple(_entry(path, version, package) for path in sorted(folder.glob("*/event.toml")) for version in _versions(path.parent))


def _versions(folder: Path) -> list[int]:
    """By their modules, `v1.py` and those beside it; where there is none, importing the first one says so."""
    return sorted(int(path.stem[1:]) for path in folder.glob("v[0-9]*.py")) or [1]


def _entry(path: Path, version: int, package: str) -> EventType:
    stem = path.parent.name
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        said["sunset"] = dict(said.get("sunset", {})).get(f"v{version}")
        module = importlib.import_module(f"{package}.{stem}.v{version}")
        return EventType(stem=stem, version=version, model=_model(module, stem), **said)
    except (ValidationError, ValueError, TypeError, ImportError) as broken:
        raise CatalogueError(f"{stem}/event.toml: {broken}") from broken


def _model(module: ModuleType, stem: str) -> type[EventData]:
    for name, member in vars(module).items():
        if name.lower() == stem.replace("_", "") and isinstance(member, type) and issubclass(member, EventData):
            return member
    raise ValueError(f"{module.__name__.rpartition('.')[2]}.py has no event class that is named after {stem}")


EVENTS = load()
_BY_TYPE = {event.type: event for event in EVENTS}
_BY_MODEL = {event.model: event for event in EVENTS}
