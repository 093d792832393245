"""What a schema and the door say of an example; the schema by a validator that others use too, so that no mistake of ours hides itself."""

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from passend_contracts.catalogue import accept
from passend_contracts.envelope import STRUCTURED, Invalid, decode_http
from passend_contracts.export import opened

from deploy.catalogue.contract import Schema


class FormatsNotAsserted(Exception):
    """jsonschema lacks what it checks dates and moments with, and would let any text pass: install `rfc3339-validator`."""

    def __str__(self) -> str:
        return str(self.__doc__)


def validator(schema: Schema) -> Draft7Validator:
    """A draft-07 validator that asserts formats. Raises `FormatsNotAsserted`."""
    checker = Draft7Validator.FORMAT_CHECKER
    if not {"date", "date-time"} <= checker.checkers.keys():
        raise FormatsNotAsserted
    return Draft7Validator(schema, format_checker=checker)


def refused_by(schema: Schema, event: dict[str, Any]) -> set[str]:
    """The paths in an event's data at which a closed schema refuses it."""
    return {path for error in validator(schema).iter_errors(event.get("data")) for path in _paths(error)}


def refused_by_reader(schema: Schema, event: dict[str, Any]) -> set[str]:
    """The same for who reads by that schema, and ignores fields that it does not have."""
    return refused_by(opened(schema), event)


def unreadable(event: Any) -> set[str]:
    """The paths of what the codec finds wrong with an event."""
    [decoded] = decode_http({"content-type": STRUCTURED}, json.dumps(event).encode())
    return {problem.path for problem in decoded.problems} if isinstance(decoded, Invalid) else set()


def refused_around_data(event: Any) -> set[str]:
    """The paths of what a door finds wrong with an event outside its data."""
    try:
        accept(decode_http({"content-type": STRUCTURED}, json.dumps(event).encode())[0])
    except Invalid as invalid:
        return {problem.path for problem in invalid.problems if not problem.path.startswith("$.data.")}
    return set()


def _paths(error: ValidationError) -> Iterator[str]:
    """Where an error is: for a field that is missing or unknown, at that field and not at the object around it."""
    where = "$.data" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    around: Any = error.schema
    instance: Any = error.instance
    match error.validator:
        case "required":
            yield from (f"{where}.{name}" for name in around["required"] if name not in instance)
        case "additionalProperties":
            yield from (f"{where}.{name}" for name in instance if name not in around.get("properties", {}))
        case _:
            yield where
