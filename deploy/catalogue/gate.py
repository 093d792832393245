"""What stands in the way of a change: against every released version, in both directions, with the examples as witnesses.

The rules: contracts/README.md, "How a contract may change". A red answer names the event, the field, who breaks, and what to do instead.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain

from passend_contracts.export import NotStrict, check_strict, fields_of

from deploy.catalogue import compatibility, judging, mutants
from deploy.catalogue.contract import Catalogue, Contract, Schema

NEW_VERSION = "leave it as it is and add a new optional field, or put a v2 beside v1"
MARK_FIRST = "mark it with Field(deprecated=True), release that, and take it out after; or put a v2 beside v1"
ANNOUNCE_FIRST = "put it back, give its event.toml a [sunset] with that version and a day, release that, and delete it after that day"
NEW_EVENT = "keep it and add beside it, or tell it as a new event"
PUT_RIGHT = "put the model right, and run python -m passend_contracts.export"
RIGHT_EXAMPLE = "put the example or the model right"
ADD_EXAMPLE = "add a valid example that has it, or close the schema where it lets the mistake pass"


@dataclass(frozen=True)
class Red:
    """Why a change is refused: which event and field, what about it, whom it breaks, and what to do instead."""

    event: str
    field: str
    what: str
    breaks: str
    instead: str

    def __str__(self) -> str:
        return f"{self.event} {self.field}: {self.what}\n  breaks:  {self.breaks}\n  instead: {self.instead}"


def reds(now: Catalogue, released: Mapping[str, Catalogue], today: date) -> list[Red]:
    """Everything that is wrong with the catalogue by itself, and beside each release; what several releases show is told once."""
    found = chain(
        (red for contract in now.values() for red in _by_itself(contract)),
        (red for name, catalogue in released.items() for red in _beside(now, catalogue, name, released, today)),
    )
    first = {(red.event, red.field, red.what): red for red in reversed(list(found))}
    return list(reversed(first.values()))


def _by_itself(contract: Contract) -> Iterator[Red]:
    everybody = f"everybody who reads or sends it: {_names(contract.emitters + contract.readers)}"
    if wrong := _not_strict(contract):
        yield Red(contract.name, wrong[0], wrong[1], everybody, PUT_RIGHT)
        return
    for name, event in contract.valid.items():
        for path in sorted(judging.refused_by(contract.schema, event) | judging.unreadable(event)):
            yield Red(contract.name, path, f"{name} is refused here, and says that it is valid", everybody, RIGHT_EXAMPLE)
    score = mutants.score(contract)
    where = {path for path, _ in score.missed}
    for path, how in score.missed:
        if not any(path.startswith((f"{other}.", f"{other}[]")) for other in where):  # what is inside is missed along with it
            told = f"{score.noticed} of {score.of} mistakes are noticed, and not when this is {how}"
            yield Red(contract.name, path, told, f"who makes it hears nothing: {_names(contract.emitters)}", ADD_EXAMPLE)


def _not_strict(contract: Contract) -> tuple[str, str] | None:
    """Where a schema is outside the subset that every reader understands alike, and what is wrong there."""
    if contract.schema.get("$id") != contract.dataschema:
        return "$", f"its $id is not its dataschema, {contract.dataschema}"
    try:
        check_strict(contract.schema, "$")
    except NotStrict as error:
        path, _, what = str(error).partition(": ")
        return path, what
    return next((loose for path, part in fields_of(contract.schema) for loose in _loose(path, part)), None)


def _loose(path: str, part: Schema) -> Iterator[tuple[str, str]]:
    if part.get("additionalProperties", False) is not False:
        yield path, "additionalProperties is not false: a misspelt field would pass"
    if unknown := set(part.get("required", ())) - part.get("properties", {}).keys():
        yield f"{path}.{min(unknown)}", "is required and not described"
    if part["type"] == "array" and "items" not in part:
        yield path, "its items are not described"
    if not _compiles(part.get("pattern", "")):
        yield path, "its pattern is no regular expression"


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _beside(now: Catalogue, release: Catalogue, name: str, released: Mapping[str, Catalogue], today: date) -> Iterator[Red]:
    for contract in release.values():
        if contract.name in now:
            if not _not_strict(now[contract.name]):  # else it is red already, and nobody can tell what it lets through
                yield from _changes(contract, now[contract.name], name, released)
                yield from _witnesses(contract, now[contract.name], name)
        elif not _is_over(contract, released, today):
            what = f"the event of release {name} is gone, and no release announced a sunset that has passed"
            who = f"{_names(contract.readers)}, who wait for it; {_names(contract.emitters)}, who send it"
            yield Red(contract.name, "$", what, who, ANNOUNCE_FIRST)


def _is_over(contract: Contract, released: Mapping[str, Catalogue], today: date) -> bool:
    """Whether the last day that any release announced for it is over."""
    announced = [other.sunset for release in released.values() if (other := release.get(contract.name)) and other.sunset]
    return bool(announced) and max(announced) < today


def _changes(old: Contract, new: Contract, release: str, released: Mapping[str, Catalogue]) -> Iterator[Red]:
    deprecated = {
        path
        for catalogue in released.values()
        if old.name in catalogue
        for path, part in fields_of(catalogue[old.name].schema)
        if part.get("deprecated")
    }
    for difference in compatibility.differences(old.schema, new.schema, deprecated):
        readers = f"{_names(old.readers)}, who read it by release {release}"
        senders = f"{_names(old.emitters)}, who send it by release {release}; {_names(old.readers)} do not get it then"
        instead = MARK_FIRST if difference.gone else NEW_VERSION
        yield Red(old.name, difference.path, difference.what, readers if difference.hits == "readers" else senders, instead)
    for what, before, after in (
        ("emitters", old.emitters, new.emitters),
        ("readers", old.readers, new.readers),
        ("topics", old.topics, new.topics),
    ):
        for gone in sorted(set(before) - set(after)):
            yield Red(old.name, what, f"{gone} is no longer among them", _who_misses(what, gone, old), NEW_EVENT)
    if old.sunset and (new.sunset is None or new.sunset < old.sunset):
        told = f"its sunset of {old.sunset} is {f'brought forward to {new.sunset}' if new.sunset else 'taken back without a word'}"
        yield Red(
            old.name, "sunset", told, f"{_names(old.readers)}, who plan by that day", "leave the day as announced, or give a later one"
        )


def _who_misses(what: str, gone: str, old: Contract) -> str:
    if what == "emitters":
        return f"{gone}, who is refused from then on; {_names(old.readers)}, who get it from there"
    return f"{gone}, who gets it no more" if what == "readers" else f"who reads {gone}: {_names(old.readers)}"


def _witnesses(old: Contract, new: Contract, release: str) -> Iterator[Red]:
    """The examples of both: what was valid is read, what is valid now is read by the older schema, what was refused still is, and there."""
    readers = _names(old.readers)
    for name, event in old.valid.items():
        for path in sorted(judging.refused_by_reader(new.schema, event) | judging.unreadable(event)):
            yield Red(old.name, path, f"{name} of release {release} is not read any more", f"{readers}, who get such events", NEW_VERSION)
    for name, event in new.valid.items():
        for path in sorted(judging.refused_by_reader(old.schema, event)):
            yield Red(old.name, path, f"{name} is not read by release {release}", f"{readers}, who read by that release", NEW_VERSION)
    for name, example in old.invalid.items():
        found = judging.refused_by(new.schema, example["event"]) | judging.refused_around_data(example["event"])
        for path in (each["path"] for each in example["expected"] if not _is_found(each["path"], found)):
            told = f"{name} of release {release} is not refused here any more"
            yield Red(old.name, path, told, f"{readers}, who rely on never getting that", NEW_VERSION)


def _is_found(expected: str, found: set[str]) -> bool:
    """A path that ends in `?` hides a name that is not like ours; whatever is refused beside it counts."""
    if expected.endswith(".?"):
        return any(path.startswith(expected[:-1]) for path in found)
    return expected in found


def _names(parties: list[str]) -> str:
    return ", ".join(dict.fromkeys(parties))
