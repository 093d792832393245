"""CloudEvents in the NL GOV profile 1.1 over Kafka and HTTP: a codec of our own, because an envelope's id is never invented.

Every way in ends in an `Envelope` or in one `Invalid` that names all problems, whatever the bytes were. Messages say what is
wrong and what to do, and never repeat a value: a value may be a child's name in the wrong place.

Choices that the specifications leave open: a key that occurs twice in a JSON object counts as its last occurrence, as JavaScript
and PostgreSQL read it (every door writes the event anew, so later readers see one), and a header alike; UUIDs are lower case, since
ids are compared as text; `time` is kept in UTC; a `traceparent` that makes no sense is dropped, since no child's request should fail
on it. An extension that nobody here knows is dropped, but first it has to be one.
"""

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from passend_contracts.vocabulary import PARTY_PATTERN, UUID_PATTERN, moment, moment_text

MAX_EVENT_BYTES = 65_536
MAX_BATCH_BYTES = 10_000_000
MAX_BATCH_EVENTS = 1_000
MAX_BATCH_VALUES = 200_000
"""Ten million bytes can hold three million lists, which take 300 MB and seconds to read; an event of ours has less than 200 values.

Counted are commas and what opens a list or an object: as many as there are values, however they are nested.
"""
MAX_PROBLEMS = 100

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
KAFKA_HEADERS: tuple[tuple[str, bytes], ...] = (("content-type", f"{STRUCTURED}; charset=utf-8".encode()),)

NAMESPACE = uuid.UUID("7d5e6c0a-52d1-5d0e-9f0a-2801aa280100")
"""Under which all derived ids stand; a new value would give every running case new ids, so it never changes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an event: where (a JSON path), a stable code for machines, and what to do about it."""

    path: str
    code: str
    message: str


class Invalid(ValueError):
    """The event does not follow the contract; `problems` names everything wrong with it, up to a hundred things.

    `known` holds the attributes that were usable all the same, so that an answer can reach the sender.
    """

    def __init__(self, problems: Iterable[Problem], known: Mapping[str, Any] | None = None) -> None:
        self.problems = list(problems)[:MAX_PROBLEMS]
        self.known = dict(known or {})
        super().__init__("; ".join(f"{problem.path}: {problem.code}" for problem in self.problems))

    @property
    def codes(self) -> list[str]:
        """What is wrong with it, in a few words that hold nothing of it."""
        return sorted({problem.code for problem in self.problems})

    @property
    def id(self) -> str | None:
        return self.known.get("id")

    @property
    def source(self) -> str | None:
        return self.known.get("source")

    @property
    def subject(self) -> str | None:
        return self.known.get("subject")


def _eleven_test(digits: str) -> bool:
    """The check digit of an RSIN, as in the OINs that start with 00000001."""
    return sum(weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True)) % 11 == 0


SOURCE_PATTERN = "^urn:nld:(?:oin:([0-9]{8}[0-9A-Z]{12})|hr:kvknummer:[0-9]{8}):systeem:[A-Za-z0-9._-]{1,64}$"
_is_source = re.compile(SOURCE_PATTERN).fullmatch
_is_trace = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}").fullmatch


@lru_cache(maxsize=4096)
def _source(text: str) -> str:
    match = _is_source(text)
    oin = match and match[1]
    if not match or (oin and oin.startswith("00000001") and not (oin[8:17].isdigit() and _eleven_test(oin[8:17]))):
        raise ValueError("no source")
    return text


def _time(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 -- Pydantic lets a TypeError through
    return moment(value)


def _trace(value: Any) -> str | None:
    return value if isinstance(value, str) and _is_trace(value) else None


is_shown = re.compile("[a-z][A-Za-z_]{0,39}").fullmatch
"""Whether a name that somebody made up may stand in an answer: in any other form it may be a child's name or number."""

Uri = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,1000}$")]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it travels. Building one in code checks nothing; decoding checks every attribute and never invents one."""

    id: Annotated[str, Field(pattern=UUID_PATTERN)]
    source: Annotated[str, AfterValidator(_source)]
    type: Annotated[str, Field(pattern=r"^nl\.passendonderwijs\.[a-z0-9]+(-[a-z0-9]+)*\.v[1-9][0-9]{0,3}$", max_length=100)]
    subject: Annotated[str, Field(pattern=f"{UUID_PATTERN}|{PARTY_PATTERN}")]
    time: Annotated[datetime, BeforeValidator(_time)]
    data: dict[str, Any] = field(default_factory=dict)
    dataschema: Uri | None = None
    sequence: Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$")] | None = None
    producer: Annotated[str, Field(pattern="^[a-z0-9_-]{1,40}$")] | None = None
    causationid: Annotated[str, Field(pattern="^urn:nld:[!-~]{1,200}#[!-~]{1,100}$")] | None = None
    traceparent: Annotated[str | None, BeforeValidator(_trace)] = None
    dataref: Uri | None = None


_ASKED = {
    "id": "give the event's own UUID in lower case, the same at every re-send",
    "source": "give urn:nld:oin:<20 positions>:systeem:<name> (one that begins with 00000001 holds an RSIN that passes the eleven-test)"
    " or urn:nld:hr:kvknummer:<8 digits>:systeem:<name>",
    "type": "give nl.passendonderwijs.<event>.v<number>, as the catalogue names it",
    "subject": "give the id of the case, a UUID in lower case",
    "time": "give the moment of logging as RFC 3339 with an offset, such as 2026-11-02T09:30:00+01:00",
    "data": "give a JSON object",
    "dataschema": "give the absolute URI of the schema, or leave it out",
    "sequence": "give at most 64 letters, digits, dots or dashes that sort as text, or leave it out",
    "producer": "give the name of the writing service in lower case, or leave it out",
    "causationid": "give <source>#<id> of the event that caused this one, or leave it out",
    "dataref": "give an absolute URI of at most 1,000 characters, or leave it out",
}
_attributes: Callable[[Any], Envelope] = TypeAdapter(Envelope).validator.validate_python
_names = tuple(attribute.name for attribute in fields(Envelope))
_members = frozenset((*_names, "specversion", "datacontenttype", "data_base64"))
_beside = ("data", "data_base64", "datacontenttype")
"""What stands in the body and its content type in binary mode, and so in no header that starts with `ce`."""
_NOT_UTF8 = "\0"
"""What a header's bytes that are no UTF-8 are read as: no attribute may hold it."""
_values = attrgetter(*_names)
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def decode_kafka(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> Envelope:
    """Read a record of a topic, structured or binary by its content type; without any, it is read as structured.

    Raises `Invalid`, also where the record's key is not the event's subject. A binary record without a value is an event without data.
    """
    texts = {name.lower(): _utf8(text or b"") for name, text in headers}
    if value is None and not any(name.startswith("ce_") for name in texts):
        raise _broken("$", "no-value", "the record is empty; send the event as its value")
    try:
        envelope = _decoded(texts, "ce_", value or b"", bare=STRUCTURED)
    except Invalid as invalid:
        wrong = check_key(key, invalid.subject) if invalid.subject else None
        raise Invalid([*invalid.problems, *([wrong] if wrong else [])], invalid.known) from None
    if wrong := check_key(key, envelope.subject):
        raise Invalid([wrong], known(envelope))
    return envelope


def check_key(key: bytes | None, subject: str) -> Problem | None:
    """What is wrong with a record's key: events of one case stay in order only under the key that is their subject."""
    if key is None:
        return Problem("$.subject", "missing-key", "the record has no key; use the subject as its key")
    if key != subject.encode():
        return Problem("$.subject", "key-differs", "the record's key is not the subject; use the subject as its key")
    return None


def decode_http(headers: Mapping[str, str], body: bytes) -> list[Envelope | Invalid]:
    """Read a request, structured, binary or batch by its content type: per event, in order, what it is or what is wrong with it.

    Raises `Invalid` only where a batch as a whole cannot be taken apart.
    """
    texts = {name.lower(): _unescaped(text) if name.lower().startswith("ce-") else text for name, text in headers.items()}
    media, is_utf8 = _content_type(texts.get("content-type", ""))
    if media == BATCH:
        return _batch(body, is_utf8=is_utf8)
    return [_or_invalid(lambda: _decoded(texts, "ce-", body))]


def is_batch(headers: Mapping[str, str]) -> bool:
    """Whether the request is a batch, which is answered per event."""
    return any(name.lower() == "content-type" and _content_type(text)[0] == BATCH for name, text in headers.items())


def encode(envelope: Envelope, sequence: str | None = None) -> bytes:
    """The event as structured JSON, for a topic (with `KAFKA_HEADERS`) or a request; with a `sequence` it is given that number."""
    event = {"specversion": "1.0", **known(envelope), "datacontenttype": "application/json"}
    event["time"] = moment_text(envelope.time)
    if sequence is not None:
        event["sequence"] = sequence
    event["data"] = event.pop("data")
    return to_json(event)


def read_back(body: bytes) -> Envelope:
    """An event that `encode` wrote, from where it was kept."""
    return _structured(body)


def known(envelope: Envelope) -> dict[str, Any]:
    """The attributes that an envelope has, and its data."""
    return {name: value for name, value in zip(_names, _values(envelope), strict=True) if value is not None}


def content_hash(envelope: Envelope) -> bytes:
    """SHA-256 over what the sender said; equal for a re-send, whatever path, number or trace each copy got on its way.

    Enclosures are left out: sealed anew, the same content looks different every time.
    """
    said = {**known(envelope), "time": moment_text(envelope.time), "data": in_clear(envelope.data)}
    for on_the_way in ("sequence", "producer", "traceparent"):
        said.pop(on_the_way, None)
    return hashlib.sha256(_canonical(said).encode()).digest()


def in_clear(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """An event's data without its enclosures."""
    return {name: value for name, value in data.items() if name != "enclosures"} if "enclosures" in data else data


def derived_id(*parts: str) -> str:
    """The id of what a service emits: the same cause gives the same id, so that running again repeats and never doubles.

    The name under which it is derived is the JSON array of the parts.
    """
    return str(uuid.uuid5(NAMESPACE, f"[{', '.join(map(encode_basestring_ascii, parts))}]"))


def _decoded(headers: Mapping[str, str], prefix: str, body: bytes, bare: str = "") -> Envelope:
    attributes = {name.removeprefix(prefix): text for name, text in headers.items() if name.startswith(prefix)}
    content_type = headers.get("content-type", "" if attributes else bare)
    media, is_utf8 = _content_type(content_type)
    if media == STRUCTURED:
        return _structured(body, is_utf8=is_utf8)
    if not attributes or media.startswith("application/cloudevents"):
        raise _broken("$", "bad-content-type", f"send the event as {STRUCTURED}, or its attributes as headers that start with {prefix}")
    if len(body) + sum(len(name) + len(prefix) + len(text) for name, text in attributes.items()) > MAX_EVENT_BYTES:
        raise _too_large()
    doubled = [
        Problem(f"$.{name}", f"bad-{name.removesuffix('_base64')}", f"leave {prefix}{name} out; the body and its content type say it")
        for name in _beside
        if attributes.pop(name, None) is not None
    ]
    return _envelope({**attributes, "datacontenttype": content_type or None}, body, doubled)


def _structured(body: bytes, *, is_utf8: bool = True) -> Envelope:
    if not is_utf8:
        raise _other_charset()
    if len(body) > MAX_EVENT_BYTES:
        raise _too_large()
    return _envelope(_parsed(body, "$"))


def _batch(body: bytes, *, is_utf8: bool) -> list[Envelope | Invalid]:
    if not is_utf8:
        raise _other_charset()
    if len(body) > MAX_BATCH_BYTES:
        raise _broken("$", "too-large", "a batch is at most 10,000,000 bytes; send smaller ones")
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_BATCH_VALUES:
        raise _broken("$", "too-large", "a batch holds at most 200,000 values; send smaller ones")
    events = _parsed(body, "$")
    if not isinstance(events, list):
        raise _broken("$", "bad-json", "a batch is a JSON array of events")
    if len(events) > MAX_BATCH_EVENTS:
        raise _broken("$", "too-large", "a batch is at most 1,000 events; send smaller ones")
    return [_or_invalid(lambda event=event: _one_of_batch(event)) for event in events]  # type: ignore[misc]


def _one_of_batch(event: Any) -> Envelope:
    if len(to_json(event)) > MAX_EVENT_BYTES:
        raise _too_large()
    return _envelope(event)


def _envelope(event: Any, body: bytes | None = None, found: Iterable[Problem] = ()) -> Envelope:
    if not isinstance(event, dict):
        raise _broken("$", "bad-json", "an event is a JSON object")
    problems = [*found, *_form_problems(event)]
    if event.get("data") is None:
        event = {**event, "data": _carried(event.get("data_base64"), body, problems)}
    try:
        envelope = _attributes(event)
    except ValidationError as error:
        problems += map(_attribute_problem, error.errors(include_url=False, include_context=False))
    if problems:
        raise Invalid(problems, _usable(event, problems))
    return envelope


def _form_problems(event: Mapping[str, Any]) -> Iterator[Problem]:
    version, content_type = event.get("specversion"), event.get("datacontenttype")
    if version != "1.0":
        code = "missing-attribute" if version is None else "bad-specversion"
        yield Problem("$.specversion", code, 'give "1.0": this is CloudEvents 1.0')
    if content_type is not None and not (isinstance(content_type, str) and _is_json(content_type)):
        yield Problem("$.datacontenttype", "bad-datacontenttype", "data is JSON in UTF-8 here; give application/json, or leave it out")
    if event.get("data") is not None and event.get("data_base64") is not None:
        yield Problem("$.data", "bad-data", "give data or data_base64, not both")
    for name in sorted(event.keys() - _members):
        if not (_is_extension(name) and _is_scalar(event[name])):
            yield Problem(f"$.{name if is_shown(name) else '?'}", "bad-extension", _EXTENSION_ASKED)


_is_extension = re.compile("[a-z0-9]+").fullmatch
_is_text = re.compile(r"[^\x00-\x1f\x7f-\x9f]*").fullmatch
_EXTENSION_ASKED = "give lower-case letters and digits as its name, and text, a whole number or a boolean; or leave it out"


def _is_scalar(value: Any) -> bool:
    """Whether CloudEvents has a type for it: text without control characters, a whole number of 32 bits, a boolean; null is unset."""
    if isinstance(value, str):
        return _is_text(value) is not None
    return value is None or (isinstance(value, int) and -(2**31) <= value < 2**31)


def _carried(encoded: Any, body: bytes | None, problems: list[Problem]) -> Any:
    """The data that came as bytes: beside the attributes in binary mode, or as base64; none at all is an empty object."""
    try:
        raw = body if encoded is None else base64.b64decode(encoded, validate=True)
        return _parsed(raw, "$.data") if raw else {}
    except (TypeError, ValueError) as unreadable:
        problem = Problem("$.data", "bad-data", "data_base64 is not base64; encode it anew, or give the data as an object")
        problems += unreadable.problems if isinstance(unreadable, Invalid) else [problem]
        return {}


def _parsed(body: bytes, path: str) -> Any:
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise _unreadable(body, path) from None


def _unreadable(body: bytes, path: str) -> Invalid:
    try:
        body.decode()
    except UnicodeDecodeError:
        return _broken(path, "bad-utf8", "the bytes are not UTF-8; send the event as UTF-8")
    return _broken(path, "bad-json", "this is not JSON, or nested deeper than 200 levels; send one JSON object")


def _attribute_problem(error: ErrorDetails) -> Problem:
    name = str(error["loc"][0])
    if error["input"] is None or error["type"] == "missing":
        return Problem(f"$.{name}", "missing-attribute", f"it is not there; {_ASKED[name]}")
    return Problem(f"$.{name}", f"bad-{name}", _ASKED[name])


def _usable(event: Mapping[str, Any], problems: Iterable[Problem]) -> dict[str, Any]:
    failed = {problem.path.removeprefix("$.") for problem in problems}
    usable = {name: event[name] for name in _names if name not in failed and event.get(name) is not None}
    return usable | {"time": moment(usable["time"])} if "time" in usable else usable


def _or_invalid(decode: Callable[[], Envelope]) -> Envelope | Invalid:
    try:
        return decode()
    except Invalid as invalid:
        return invalid


def _broken(path: str, code: str, message: str) -> Invalid:
    return Invalid([Problem(path, code, message)])


def _too_large() -> Invalid:
    return _broken("$", "too-large", "an event is at most 65,536 bytes; documents are fetched, not sent")


def _other_charset() -> Invalid:
    return _broken("$", "bad-content-type", "JSON is UTF-8; send it so, with that charset or none")


def _content_type(text: str) -> tuple[str, bool]:
    """The media type, and whether its parameters let it be UTF-8; one that is longer than any is none."""
    return _known_content_type(text) if len(text) <= 200 else ("", False)


@lru_cache(maxsize=256)
def _known_content_type(text: str) -> tuple[str, bool]:
    media, *parameters = text.split(";")
    named = {name.strip().lower(): value.strip(' "').lower() for name, _, value in (each.partition("=") for each in parameters)}
    return media.strip().lower(), named.get("charset", "utf-8") in {"utf-8", "us-ascii"}


def _is_json(content_type: str) -> bool:
    media, is_utf8 = _content_type(content_type)
    return is_utf8 and media.endswith(("/json", "+json"))


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _NOT_UTF8


def _unescaped(text: str) -> str:
    """A header's value as the HTTP binding reads it: quotes taken off, then percent-decoded."""
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return _utf8(unquote_to_bytes(re.sub(r"\\(.)", r"\1", text[1:-1]) if quoted else text))
