"""What the OpenAPI document says of a door's bodies and of every problem, so that a client finds in it what it has to send and may get."""

import json
from typing import Any

from passend_contracts.catalogue import EVENTS, EventType
from passend_contracts.envelope import BATCH, MAX_BATCH_EVENTS, SOURCE_PATTERN, STRUCTURED
from passend_contracts.vocabulary import UUID_PATTERN

from services.chassis.region import PartyKind

Json = dict[str, Any]

_WORDS: Json = {"type": "string"}
_PROBLEM: Json = {
    "type": "object",
    "required": ["status", "title", "detail"],
    "properties": {
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "title": _WORDS,
        "detail": {"type": "string", "description": "What to do now."},
        "errors": {
            "type": "array",
            "description": "Everything that is wrong, at once.",
            "items": {
                "type": "object",
                "required": ["path", "code", "message"],
                "properties": {
                    "path": {"type": "string", "description": "Where it is, as a JSON path."},
                    "code": _WORDS,
                    "message": _WORDS,
                },
            },
        },
    },
}
PROBLEMS: dict[int | str, Json] = {
    "default": {"description": "A problem (RFC 9457)", "content": {"application/problem+json": {"schema": _PROBLEM}}}
}
"""The answer of every route to what it does not do."""

_RECEIPT: Json = {
    "type": "object",
    "required": ["event", "receipt", "receivedAt"],
    "properties": {
        "event": {"type": "string", "pattern": UUID_PATTERN, "description": "The id of the event."},
        "receipt": {"type": "string", "pattern": UUID_PATTERN, "description": "The same one whenever the event is sent again."},
        "receivedAt": {"type": "string", "format": "date-time"},
        "case": {"type": "string", "description": "Where the case can be followed; absent for a crisis of a child without one."},
    },
}
_LINE: Json = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": {"type": ["string", "null"], "description": "The id of the event, where it had a usable one."},
        "status": {"enum": [200, 202, 400]},
        "location": _WORDS,
        "problem": _PROBLEM,
        **_RECEIPT["properties"],
    },
}
RECEIPTS: dict[int | str, Json] = {
    202: {"description": "Taken in", "content": {"application/json": {"schema": _RECEIPT}}},
    200: {
        "description": "Taken in before, with the receipt of then; or of a batch what each event was answered, in order",
        "content": {"application/json": {"schema": {"anyOf": [_RECEIPT, {"type": "array", "items": _LINE}]}}},
    },
}
"""What a door answers to events."""


def events_of(kind: PartyKind) -> Json:
    """The bodies that a door for such parties takes: one event that they emit, or a batch of them."""
    event = {"anyOf": [_event(entry) for entry in EVENTS if kind in entry.emitters and not entry.planned]}
    batch = {"type": "array", "maxItems": MAX_BATCH_EVENTS, "items": {"$ref": _HERE}}
    return {"requestBody": {"required": True, "content": {STRUCTURED: {"schema": event}, BATCH: {"schema": batch}}}}


_HERE = f"#/paths/~1v1~1gebeurtenissen/post/requestBody/content/{STRUCTURED.replace('/', '~1')}/schema"


_EXTENSION: Json = {
    "description": "An extension of CloudEvents; one that is not known here is dropped.",
    "anyOf": [
        {"type": "string", "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$"},
        {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
        {"type": "boolean"},
    ],
}


def _event(entry: EventType) -> Json:
    data = json.loads((entry.folder / f"v{entry.version}.schema.json").read_text(encoding="utf-8"))
    return {
        "type": "object",
        "title": data.pop("title"),
        "description": entry.meaning.en,
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "pattern": UUID_PATTERN},
            "source": {"type": "string", "pattern": SOURCE_PATTERN},
            "type": {"const": entry.type},
            "subject": {"type": "string", "pattern": UUID_PATTERN, "description": f"The id of {entry.subject}."},
            "time": {"type": "string", "format": "date-time", "description": "When it was logged."},
            "dataschema": {"const": entry.dataschema},
            "datacontenttype": {"const": "application/json"},
            "data": {name: part for name, part in data.items() if not name.startswith("$")},
        },
        "propertyNames": {"pattern": "^[a-z0-9]+$"},
        "additionalProperties": _EXTENSION,
    }
