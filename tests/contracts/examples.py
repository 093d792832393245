"""The examples of every event, as the contract tests read them, and the values that a schema allows."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft7Validator
from passend_contracts.catalogue import EVENTS, EventType
from passend_contracts.envelope import STRUCTURED, Envelope, Invalid, decode_http

Example = tuple[EventType, Path]

ZONES = [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-3, minutes=-30))]
YEARS = datetime(1970, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 -- hypothesis adds the zone
VALID: list[Example] = [(event, path) for event in EVENTS for path in sorted(event.folder.glob("examples/valid-*.json"))]
INVALID: list[Example] = [(event, path) for event in EVENTS for path in sorted(event.folder.glob("examples/invalid-*.json"))]
WIRE: list[Example] = [(event, path) for event in EVENTS for path in sorted(event.folder.glob("examples/wire-*.json"))]


def name_of(example: object) -> str:
    """How a test names an event or an example."""
    return example.stem if isinstance(example, EventType | Path) else str(example)


def content(path: Path) -> dict[str, Any]:
    """What a file with one JSON object holds."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def decoded(event: object) -> Envelope | Invalid:
    """What the codec makes of an event that is posted as structured JSON."""
    return decode_http({"content-type": STRUCTURED}, json.dumps(event).encode())[0]


def valid_event(stem: str) -> dict[str, Any]:
    """The first valid example of an event."""
    return content(next(path for event, path in VALID if event.stem == stem))


def validator(schema: dict[str, Any]) -> Draft7Validator:
    """A draft-07 validator that asserts formats."""
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)


def allowed(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a schema of our strict subset allows."""
    match schema:
        case {"type": "string"}:
            return _allowed_text(schema)
        case {"type": "integer", "minimum": least, "maximum": most}:
            return st.integers(least, most)
        case {"type": "array", "items": items, "minItems": fewest, "maxItems": most}:
            return st.lists(allowed(items), min_size=fewest, max_size=min(most, 3))
        case _:
            return _allowed_object(schema)


def _allowed_text(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    match schema:
        case {"enum": values}:
            return st.sampled_from(values)
        case {"format": "date"}:
            return st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(lambda day: day.isoformat())
        case {"format": "date-time"}:
            return st.datetimes(*YEARS, timezones=st.sampled_from(ZONES)).map(lambda moment: moment.isoformat())
        case {"maxLength": longest, "pattern": pattern}:
            characters = st.characters(max_codepoint=126 if "~" in pattern else None, exclude_categories=("Cc", "Cs"))
            return st.text(characters, min_size=1, max_size=min(longest, 20))
        case _:
            return st.from_regex(schema["pattern"].removesuffix("$") + r"\Z")


def _allowed_object(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    fields = {name: allowed(part) for name, part in schema["properties"].items()}
    required = {name: value for name, value in fields.items() if name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional={name: value for name, value in fields.items() if name not in required})
