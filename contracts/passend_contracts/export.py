"""Writes what the models say as JSON Schema, draft-07 in a strict subset, and EVENTS.md: generated, checked for freshness, never edited.

`python -m passend_contracts.export` writes; with `--check` it names the files that are not fresh and ends with 1.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from passend_contracts.catalogue import EVENTS, EVENTS_FOLDER, EventType
from passend_contracts.vocabulary import Part

Schema = dict[str, Any]

EVENTS_PAGE = EVENTS_FOLDER.parents[1] / "EVENTS.md"
_PRIVACY = ("none", "personal", "special")
_BOUNDS = {
    "string": {"pattern", "maxLength", "enum"},
    "array": {"maxItems"},
    "integer": {"maximum"},
    "object": {"additionalProperties"},
}
"""The only types there are, and what each must have at least one of, so that nothing is without an end."""
_KEYWORDS = {
    *("$schema", "$id", "title", "description", "type", "deprecated", "x-privacy", "x-known-values"),
    *("properties", "required", "additionalProperties", "items", "minItems", "maxItems"),
    *("pattern", "format", "minLength", "maxLength", "minimum", "maximum", "enum"),
}


class NotStrict(Exception):
    """A model says something that every reader of a draft-07 schema would not understand alike; the message says where."""


class _Strict(GenerateJsonSchema):
    """Pydantic's generator without null, default and made-up titles: a field that is unknown is absent on the wire."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        return {"type": "string", "enum": schema["expected"]}

    def lax_or_strict_schema(self, schema: core_schema.LaxOrStrictSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["lax_schema"])

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False


def closed_schema(event: EventType) -> Schema:
    """The schema for who sends: exactly what a door accepts as data. Raises `NotStrict`."""
    raw = event.model.model_json_schema(schema_generator=_Strict)
    body = _inlined(raw, raw.get("$defs", {}))
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": event.dataschema,
        "title": event.model.__name__,
        **{key: value for key, value in body.items() if key not in {"$defs", "title"}},
    }
    check_strict(schema, event.stem)
    return schema


def opened_schema(event: EventType) -> Schema:
    """The schema for who reads: the same, but fields that it does not know are ignored."""
    return opened(closed_schema(event))


def opened(schema: Schema) -> Schema:
    """A closed schema as who reads takes it."""
    without: Schema = _opened(schema)
    return without


def _inlined(node: Any, definitions: Schema) -> Any:
    """References replaced by what they point to: draft-07 ignores whatever stands beside a `$ref`, a description included."""
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    target = definitions[node["$ref"].rpartition("/")[2]] if "$ref" in node else {}
    merged = {key: _inlined(value, definitions) for key, value in {**target, **node}.items() if key not in {"$ref", "$defs"}}
    return _with_privacy(merged)


def _with_privacy(schema: Schema) -> Schema:
    """An object or array is as private as the most private thing in it."""
    if schema.get("type") not in {"object", "array"}:
        return schema
    inside = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    highest = max((part.get("x-privacy", "special") for part in inside), key=_PRIVACY.index, default="none")
    return {**schema, "x-privacy": highest}


def _opened(node: Any) -> Any:
    if isinstance(node, list):
        return [_opened(item) for item in node]
    if isinstance(node, dict):
        return {key: _opened(value) for key, value in node.items() if key != "additionalProperties"}
    return node


def check_strict(schema: Schema, where: str) -> None:
    """Raise `NotStrict` where a schema, called `where`, uses or lacks a word so that it is outside the subset."""
    for path, part in fields_of(schema, where):
        wrong = [*_missing(part, described=not path.endswith("[]")), *(f"{name} is not allowed" for name in part.keys() - _KEYWORDS)]
        if wrong:
            raise NotStrict(f"{path}: {', '.join(sorted(wrong))}")


def _missing(part: Schema, *, described: bool) -> Iterator[str]:
    bounds = _BOUNDS.get(str(part.get("type")))
    if bounds is None:
        yield f"type is not one of {', '.join(_BOUNDS)}"
    elif not part.keys() & bounds:
        yield f"none of {', '.join(sorted(bounds))}"
    if part.get("x-privacy") not in _PRIVACY:
        yield "no x-privacy"
    if described and not part.get("description"):
        yield "no description"


def fields_of(schema: Schema, where: str = "$") -> Iterator[tuple[str, Schema]]:
    """A schema and every part of it, each with its path."""
    yield where, schema
    for name, part in schema.get("properties", {}).items():
        yield from fields_of(part, f"{where}.{name}")
    if "items" in schema:
        yield from fields_of(schema["items"], f"{where}[]")


def content_schema(content: type[Part]) -> Schema:
    """The closed schema of what one kind of enclosure holds."""
    raw = content.model_json_schema(schema_generator=_Strict)
    schema: Schema = _inlined(raw, raw.get("$defs", {}))
    return schema


def events_page() -> str:
    """EVENTS.md: who sends what to whom, and what it means."""
    lines = [
        "# Events",
        "",
        "Generated by `python -m passend_contracts.export`; never edited. Data of each event: its schema and examples in its folder.",
        "What is planned is described, and nobody acts on it yet: the doors turn it away with `not-in-use`.",
        "",
        "| Event | From | To | Topic | Meaning |",
        "|---|---|---|---|---|",
        *map(_row, EVENTS),
        *(line for event in EVENTS for line in _section(event)),
    ]
    return "\n".join(lines) + "\n"


def _row(event: EventType) -> str:
    topics = ", ".join(f"`{name}`" for name in event.topics)
    name = f"[{event.stem}](#{event.stem}){' (planned)' if event.planned else ''}"
    return f"| {name} | {', '.join(event.emitters)} | {', '.join(event.readers)} | {topics} | {event.meaning.en} |"


def _section(event: EventType) -> Iterator[str]:
    folder = f"passend_contracts/events/{event.stem}"
    yield from ("", f"## {event.stem}", "", f"{event.meaning.nl} ({event.term})", "", event.meaning.en, "")
    if event.planned:
        yield "- Planned: nobody acts on it yet, and a door turns it away with `not-in-use`."
    yield f"- `{event.type}`: [schema]({folder}/v{event.version}.schema.json), [examples]({folder}/examples)"
    yield f"- Emitted {event.emitted}. Response: {event.response}."
    yield f"- Subject and key: {event.subject}."
    yield from _work(event)
    yield f"- Purpose: {event.purpose}. Legal basis: {event.legal_basis}."
    yield f"- Owner: {event.owner}. Kept: {event.retention}."


def _work(event: EventType) -> Iterator[str]:
    """How much a person fills in for it, where a party emits it; the party's system knows the rest."""
    who = next((_PEOPLE[kind] for kind in event.emitters if kind in _PEOPLE), None)
    if who:
        fields = f": {', '.join(f'`{name}`' for name in event.by_hand)}" if event.by_hand else ""
        yield f"- {who} supplies {len(event.by_hand)} of {len(closed_schema(event)['required'])} required fields{fields}."


_PEOPLE = {"board": "A teacher", "gemeente": "The team"}


def generated() -> dict[Path, str]:
    """Every generated file with what should stand in it."""
    schemas = {event.folder / f"v{event.version}.schema.json": closed_schema(event) for event in EVENTS}
    texts = {path: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for path, schema in schemas.items()}
    return {**texts, EVENTS_PAGE: events_page()}


def stale() -> list[Path]:
    """The generated files that are not what the models and descriptions say now."""
    return [path for path, text in generated().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> int:
    """Write the generated files, or with `--check` only say which are not fresh; gives the exit code."""
    parser = argparse.ArgumentParser(prog="passend_contracts.export", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where a file is not fresh")
    only_check = parser.parse_args().check
    files = stale()
    for path in files:
        sys.stdout.write(f"{'not fresh' if only_check else 'written'}: {path.relative_to(EVENTS_PAGE.parent)}\n")
        if not only_check:
            path.write_text(generated()[path], encoding="utf-8")
    return 1 if only_check and files else 0


if __name__ == "__main__":
    sys.exit(main())
