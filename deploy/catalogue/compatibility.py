"""Whether two schemas of the strict subset understand each other, both ways: pure, and exact for the keywords that the exporter writes.

No value may pass a sender's schema and fail a reader's, with the released schema in either role. So a bound may move neither way: a tighter
one refuses who sends by the released schema, a wider one surprises who reads by it. A pattern is therefore compared as text: one that
allows more or fewer values breaks somebody, and that two texts allow the same is for nobody to prove here.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple

from deploy.catalogue.contract import Schema

Side = Literal["readers", "senders"]
"""Whose program, written for the released schema, stops working."""
LOWER, UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")


class Difference(NamedTuple):
    """Where two schemas do not understand each other, what it is, and whom of those in use it hits."""

    path: str
    what: str
    hits: Side
    gone: bool = False
    """Whether an optional field is not there any more: the one change that a deprecation allows."""


def differences(released: Schema, now: Schema, deprecated: Collection[str] = ()) -> Iterator[Difference]:
    """Everything in `now` that breaks who was built on `released`; `deprecated` are the paths that a release said will go."""
    for path, what in _misfits(now, released, "$"):
        yield Difference(path, f"readers in use {what}", "readers")
    for path, what in _misfits(released, now, "$"):
        yield Difference(path, f"senders in use are refused: readers now {what}", "senders")
    yield from _changed(released, now, "$", deprecated)


def _misfits(sent: Schema, read: Schema, path: str) -> Iterator[tuple[str, str]]:
    """What may be sent by the closed `sent` and is not read by the opened `read`."""
    if sent["type"] != read["type"]:
        yield path, f"take {_a(read['type'])} here, not {_a(sent['type'])}"
    elif read["type"] == "object":
        yield from _object_misfits(sent, read, path)
    else:
        yield from ((path, what) for what in _value_misfits(sent, read))
        if read["type"] == "array":
            yield from _misfits(sent["items"], read["items"], f"{path}[]")


def _object_misfits(sent: Schema, read: Schema, path: str) -> Iterator[tuple[str, str]]:
    sure = set(sent.get("required", ())) & sent["properties"].keys()
    for name in read.get("required", ()):
        if name not in sure:
            yield f"{path}.{name}", "need this field"
    for name, part in sent["properties"].items():
        if name in read["properties"]:
            yield from _misfits(part, read["properties"][name], f"{path}.{name}")


def _value_misfits(sent: Schema, read: Schema) -> Iterator[str]:
    if "enum" in sent or "enum" in read:
        if other := _not_taken(sent, read):
            yield f"do not take {_listed(other)}"
        return
    yield from (f"ask for the {word} {read[word]}" for word in ("pattern", "format") if word in read and sent.get(word) != read[word])
    yield from (f"take at least {read[word]} ({word})" for word in LOWER if word in read and sent.get(word, read[word] - 1) < read[word])
    yield from (f"take at most {read[word]} ({word})" for word in UPPER if word in read and sent.get(word, read[word] + 1) > read[word])


def _not_taken(sent: Schema, read: Schema) -> set[str]:
    """Of a closed list, the values that the other side does not take; of an open text that meets a closed list, all others."""
    if "enum" not in sent:
        return {"any other value"}
    if "enum" in read:
        return set(sent["enum"]) - set(read["enum"])
    return {value for value in sent["enum"] if "format" in read or not _in_bounds(value, read)}


def _in_bounds(text: str, read: Schema) -> bool:
    lengths = read.get("minLength", 0) <= len(text) <= read.get("maxLength", len(text))
    return lengths and re.search(read.get("pattern", ""), text) is not None


def _changed(released: Schema, now: Schema, path: str, deprecated: Collection[str]) -> Iterator[Difference]:
    """What values survive and people or their programs do not: fields gone, codes without a meaning, other names, other privacy."""
    for keyword in ("x-privacy", "title", "$id"):
        if released.get(keyword) != now.get(keyword):
            yield Difference(path, f"{keyword} was {released.get(keyword)} and is {now.get(keyword)}", "readers")
    known_now = now.get("x-known-values") or now.get("enum") or ()
    if gone := set(released.get("x-known-values", ())) - set(known_now):
        yield Difference(path, f"no longer knows the code {_listed(gone)}, which is still sent", "readers")
    for name, part in released.get("properties", {}).items():
        here = f"{path}.{name}"
        if name in now.get("properties", {}):
            yield from _changed(part, now["properties"][name], here, deprecated)
        elif here not in deprecated:
            yield Difference(
                here,
                "the field is gone: who still sends it is refused at the door",
                "senders",
                gone=name not in released.get("required", ()),
            )
    if "items" in released and "items" in now:
        yield from _changed(released["items"], now["items"], f"{path}[]", deprecated)


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aio' else 'a'} {kind}"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))
