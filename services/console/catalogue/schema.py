"""A JSON Schema as a table that people read: per field what may stand in it, whether it must be there, and how private it is."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from passend_contracts.catalogue import Words

from services.console.catalogue.frame import code
from services.console.pages.html import Html, both, el, said, together

Schema = dict[str, Any]

FIELD = Words("Veld", "Field")
FORM = Words("Wat erin mag staan", "What may stand in it")
MUST = Words("Verplicht", "Required")
PRIVACY = Words("Privacy", "Privacy")
MEANS = Words("Betekenis", "Meaning")
YES, NO = Words("ja", "yes"), Words("nee", "no")
PRIVATE = {
    "none": Words("geen persoonsgegeven", "no personal data"),
    "personal": Words("persoonsgegeven", "personal data"),
    "special": Words("bijzonder persoonsgegeven", "special category"),
}
NO_FIELDS = Words(
    "Deze gebeurtenis heeft geen velden: dat zij er is, zegt alles.", "This event has no fields: that it happened says it all."
)
TYPES = {
    "string": Words("tekst", "text"),
    "integer": Words("geheel getal", "whole number"),
    "object": Words("een object met de velden hieronder", "an object with the fields below"),
    "array": Words("lijst", "list"),
    "date": Words("datum, zoals 2026-11-02", "date, such as 2026-11-02"),
    "date-time": Words("tijdstip, zoals 2026-11-02T09:30:00+01:00", "moment, such as 2026-11-02T09:30:00+01:00"),
}
COLUMNS = (FIELD, FORM, MUST, PRIVACY, MEANS)
SAID_ELSEWHERE = frozenset(
    {"type", "format", "title", "description", "x-privacy", "properties", "required", "additionalProperties", "items"}
)
SAID_IN_WORDS = frozenset({"pattern", "enum", "x-known-values", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"})


def table(schema: Schema) -> Html:
    """The fields of a schema, those of its objects included, in their order."""
    rows = [*_rows(schema, "")]
    if not rows:
        return said("p", NO_FIELDS)
    head = el("thead", el("tr", (el("th", both(column), scope="col") for column in COLUMNS)))
    return el("table", head, el("tbody", rows), class_="fields")


def counted(schema: Schema) -> Words:
    """How many fields somebody has to give, and how many more there may be."""
    all_of, must = len(schema.get("properties", {})), len(schema.get("required", []))
    return Words(f"{must} verplicht, {all_of - must} niet verplicht", f"{must} required, {all_of - must} optional")


def _rows(schema: Schema, prefix: str) -> Iterator[Html]:
    for name, part in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        must = YES if name in schema.get("required", []) else NO
        yield el(
            "tr",
            el("th", el("code", _steps(path)), scope="row"),
            _cell(FORM, el("ul", (el("li", each) for each in _form(part)))),
            _cell(MUST, both(must)),
            _cell(PRIVACY, both(PRIVATE[part["x-privacy"]])),
            _cell(MEANS, el("span", part["description"], lang="en")),
        )
        yield from _rows(part, f"{path}.")
        yield from _rows(part.get("items", {}), f"{path}[].")


def _steps(path: str) -> Iterator[Html]:
    """A path that may go on in the next line after each of its steps."""
    *steps, last = path.split(".")
    yield from (el("span", f"{step}.") for step in steps)
    yield el("span", last)


def _cell(column: Words, inside: Html) -> Html:
    """With the name of its column, which a narrow screen shows in the cell."""
    return el("td", el("span", column.nl, class_="column", aria_hidden="true"), inside)


def _form(part: Schema) -> Iterator[Html]:
    """Everything that the schema demands of a value."""
    yield both(TYPES[part["format"] if "format" in part else part["type"]])
    if values := part.get("enum"):
        yield _values(Words("een van:", "one of:"), values)
    if values := part.get("x-known-values"):
        yield _values(Words("bekend, en er kunnen er bij komen:", "known, and there may come more:"), values)
    yield from map(both, _bounds(part))
    if pattern := part.get("pattern"):
        yield together((both(Words("patroon", "pattern")), " ", code(pattern)))
    for keyword in sorted(part.keys() - SAID_ELSEWHERE - SAID_IN_WORDS):
        yield code(f"{keyword}: {json.dumps(part[keyword])}")
    if "items" in part and part["items"]["type"] != "object":
        yield together((both(Words("elk:", "each:")), el("ul", (el("li", each) for each in _form(part["items"])))))


def _bounds(part: Schema) -> Iterator[Words]:
    if "minLength" in part or "maxLength" in part:
        yield _between(part.get("minLength", 0), part.get("maxLength"), Words("tekens", "characters"))
    if "minimum" in part or "maximum" in part:
        yield _between(part.get("minimum"), part.get("maximum"), Words("", ""))
    if "minItems" in part or "maxItems" in part:
        yield _between(part.get("minItems", 0), part.get("maxItems"), Words("stuks", "items"))


def _between(least: int | None, most: int | None, unit: Words) -> Words:
    if most is None:
        return Words(f"minstens {least} {unit.nl}".strip(), f"at least {least} {unit.en}".strip())
    if least is None:
        return Words(f"hoogstens {most} {unit.nl}".strip(), f"at most {most} {unit.en}".strip())
    return Words(f"{least} tot en met {most} {unit.nl}".strip(), f"{least} to {most} {unit.en}".strip())


def _values(words: Words, values: Iterable[str]) -> Html:
    return together((both(words), " ", el("span", ((code(value), " ") for value in values), class_="values")))
