"""The bad inputs and what a door answers: one list, for both doors and both ways; the run prints it at its end."""

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from passend_contracts.envelope import BATCH, KAFKA_HEADERS, STRUCTURED, encode

from tests.component.doors.canary import CHILD, IN_A_NAME
from tests.component.doors.door import Door, of_the_other_kind
from tests.component.issuer import Issuer, a_key, bearer, compact

ABSENT = object()
Errors = tuple[tuple[str, str], ...]
"""Path and code of each error, in the order in which they are told."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Input:
    """Bytes that a party sends to a door, and why it is told that they are not good."""

    what: str
    body: bytes | None
    errors: Errors
    case: str | None = None
    """The case that the answer is about, where the input names one."""
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = KAFKA_HEADERS


def a_good(door: Door) -> Json:
    """A good event, with the child where a sender might leave it: what a door does not know it drops."""
    event: Json = json.loads(encode(door.example()))
    return event | {"pupil": CHILD, "traceparent": CHILD}


def as_json(content: object) -> bytes:
    return json.dumps(content).encode()


def on_both_ways(door: Door, taken: Json) -> list[Input]:
    """What is bad over HTTP and over Kafka alike; `taken` is an event that the door has let in."""
    of_others = of_the_other_kind(door).example()
    return [
        _bytes("bad JSON", f'{{"subject": "{CHILD}"'.encode(), "bad-json"),
        _bytes("bad UTF-8", CHILD.encode() + b"\xff", "bad-utf8"),
        _bytes("a list of events, not said to be one", as_json([a_good(door)]), "bad-json"),
        _bytes("20,000 lists in each other", b"[" * 20_000 + b"]" * 20_000, "bad-json"),
        _bytes("a number of 20,000 digits", b"9" * 20_000, "bad-json"),
        _bytes("a list with 20,000 lists", f"[{'[],' * 20_000}[]]".encode(), "bad-json"),
        _bytes("over 64 KB", as_json(a_good(door) | {"story": CHILD * 5_000}), "too-large"),
        _event("no id", door, ("$.id", "missing-attribute"), id=ABSENT),
        _event("a name as id", door, ("$.id", "bad-id"), id=CHILD),
        _event("bad time", door, ("$.time", "bad-time"), time=CHILD),
        _event("more than 24 hours ahead", door, ("$.time", "time-ahead"), time=_days_from_now(1.01)),
        _event("older than what is remembered", door, ("$.time", "time-too-old"), time=_days_from_now(-401)),
        _event("unknown type", door, ("$.type", "unknown-type"), type=f"nl.passendonderwijs.{IN_A_NAME}.v1"),
        _event("an event that nobody acts on yet", door, ("$.type", "not-in-use"), **_what_it_is(door.planned)),
        _event("unknown version", door, ("$.type", "unknown-version"), type=taken["type"] + "9"),
        _event("wrong dataschema", door, ("$.dataschema", "wrong-dataschema"), dataschema=f"https://example.org/{IN_A_NAME}"),
        _event("another party's source", door, ("$.source", "foreign-source"), source=f"{door.other_source}-{IN_A_NAME}"),
        _event(
            "a service's source", door, ("$.source", "foreign-source"), source=f"{taken['source'].rsplit(':', 1)[0]}:passend-{IN_A_NAME}"
        ),
        _event("a type of the other kind of party", door, ("$.type", "type-not-allowed"), **_what_it_is(json.loads(encode(of_others)))),
        _event("the same id with other content", door, ("$.id", "id-reused"), id=taken["id"], dataref=f"https://example.org/{IN_A_NAME}"),
        _event("a name as an extension", door, ("$.?", "bad-extension"), **{CHILD: CHILD}),
        _event("a list as an extension", door, ("$.pupil", "bad-extension"), pupil=[CHILD]),
        _event("a number as subject", door, ("$.subject", "bad-subject"), subject=CHILD),
        _event("a party as subject", door, ("$.subject", "bad-subject"), subject=door.other_kind),
        _event("a field that does not belong", door, ("$.data.pupil", "unknown-field"), data=taken["data"] | {"pupil": CHILD}),
        _event("a name where something sealed may stand", door, door.not_sealed, data=taken["data"] | {"enclosures": [CHILD]}),
        _event("a name as a field", door, ("$.data.?", "unknown-field"), data=taken["data"] | {CHILD: CHILD}),
        _event("a name as a date", door, (f"$.data.{door.day}", "bad-format"), data=taken["data"] | {door.day: CHILD}),
        _event("a date after all calendars", door, (f"$.data.{door.day}", "bad-format"), data=taken["data"] | {door.day: "9999-12-31"}),
        _event("a number as a date", door, (f"$.data.{door.day}", "wrong-type"), data=taken["data"] | {door.day: 999990019}),
        _event("null for a field", door, (f"$.data.{door.day}", "null"), data=taken["data"] | {door.day: None}),
        _event(
            "several errors at once",
            door,
            ("$.id", "missing-attribute"),
            ("$.source", "foreign-source"),
            ("$.time", "time-ahead"),
            (f"$.data.{door.day}", "bad-format"),
            ("$.data.pupil", "unknown-field"),
            id=ABSENT,
            source=door.other_source,
            time=_days_from_now(2),
            data=taken["data"] | {door.day: CHILD, "pupil": CHILD},
        ),
    ]


def on_kafka(door: Door) -> list[Input]:
    """What only a record can have wrong."""
    other, none = a_good(door), a_good(door)
    batch = (("content-type", BATCH.encode()),)
    return [
        Input("a key unequal to the subject", as_json(other), (("$.subject", "key-differs"),), other["subject"], CHILD.encode()),
        Input("no key", as_json(none), (("$.subject", "missing-key"),), none["subject"], None),
        Input("no value", None, (("$", "no-value"),), key=CHILD.encode()),
        Input("a batch", as_json([a_good(door)]), (("$", "bad-content-type"),), key=_new_case(), headers=batch),
    ]


@dataclass(frozen=True)
class Request:
    """A request whose answer does not depend on one event alone."""

    what: str
    headers: dict[str, str]
    body: bytes
    status: int
    errors: Errors = ()
    chunked: bool = False
    """Sent without saying its length first."""


def on_http(door: Door, issuer: Issuer) -> list[Request]:
    """What only a request can have wrong."""
    good, large = as_json(a_good(door)), b" " * 10_000_001
    one, batch = {"Content-Type": STRUCTURED}, {"Content-Type": BATCH}
    own = bearer(issuer.token(door.party))
    unsigned = compact({"alg": "none", "kid": issuer.key.kid}, issuer.claims(door.party), lambda _: b"")
    too_many = as_json([{"subject": CHILD}] * 1_001)
    return [
        Request("no token", one, good, 401),
        Request("no token but a name", one | {"Authorization": CHILD}, good, 401),
        Request("a token of nobody's making", one | bearer(CHILD), good, 401),
        Request("an unsigned token", one | bearer(unsigned), good, 401),
        Request("a token that ended", one | bearer(issuer.token(door.party, exp=1)), good, 401),
        Request("a token for elsewhere", one | bearer(issuer.token(door.party, aud=CHILD)), good, 401),
        Request("a token of another issuer", one | bearer(issuer.token(door.party, iss=CHILD)), good, 401),
        Request("a token that anybody signed", one | bearer(issuer.token(door.party, key=a_key())), good, 401),
        Request("the other kind of party", one | bearer(issuer.token(door.other_kind)), good, 403),
        Request("no party of this region", one | bearer(issuer.token(CHILD)), good, 403),
        Request("no content type", own, good, 400, (("$", "bad-content-type"),)),
        Request("plain JSON", own | {"Content-Type": "application/json"}, good, 400, (("$", "bad-content-type"),)),
        Request("a body over 10 MB", own | batch, large, 413),
        Request("a body over 10 MB, its length not said", own | batch, large, 413, chunked=True),
        Request("a batch of more than 1,000", own | batch, too_many, 400, (("$", "too-large"),)),
        Request("a batch that is no list", own | batch, good, 400, (("$", "bad-json"),)),
        Request("a batch of ten million bytes of empty lists", own | batch, b"[" + b"[]," * 3_000_000 + b"[]]", 400, (("$", "too-large"),)),
        Request("a batch of lists in each other", own | batch, b"[" * 5_000_000 + b"]" * 5_000_000, 400, (("$", "too-large"),)),
        Request("ten million bytes, compressed to ten thousand", own | batch | {"Content-Encoding": "gzip"}, gzip.compress(large), 415),
        Request("a batch in another charset", own | {"Content-Type": f"{BATCH}; charset=utf-16"}, good, 400, (("$", "bad-content-type"),)),
        Request("a batch of bad JSON", own | batch, f'[{{"subject": "{CHILD}"'.encode(), 400, (("$", "bad-json"),)),
    ]


def _bytes(what: str, body: bytes, code: str) -> Input:
    return Input(what, body, (("$", code),), key=_new_case())


def _event(what: str, door: Door, *errors: tuple[str, str], **changed: Any) -> Input:
    event = {name: value for name, value in (a_good(door) | changed).items() if value is not ABSENT}
    case = None if any(path == "$.subject" for path, _ in errors) else event["subject"]
    return Input(what, as_json(event), errors, case, event["subject"].encode())


def _what_it_is(event: Json) -> Json:
    return {name: event[name] for name in ("type", "dataschema", "data")}


def _days_from_now(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def _new_case() -> bytes:
    return str(uuid4()).encode()
