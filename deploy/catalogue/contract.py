"""A catalogue as its files say it, the one in use and a released one alike: what the gate compares."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from passend_contracts.catalogue import SCHEMAS_AT

Schema = dict[str, Any]


class Unreadable(Exception):
    """A file of a catalogue is not what it should be; the message names it and says why."""


@dataclass
class Contract:
    """One version of one event: its closed schema, its examples by file name, and what `event.toml` promises to others."""

    stem: str
    version: int
    schema: Schema
    emitters: list[str]
    readers: list[str]
    topics: list[str]
    sunset: date | None = None
    """After this day it may be deleted."""
    valid: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Whole events."""
    invalid: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Each with the `event` and the problems `expected`."""

    @property
    def name(self) -> str:
        """How people call it: `support_requested.v1`."""
        return f"{self.stem}.v{self.version}"

    @property
    def dataschema(self) -> str:
        """What its schema's `$id` has to be."""
        return f"{SCHEMAS_AT}/{self.stem.replace('_', '-')}/v{self.version}"


Catalogue = Mapping[str, Contract]
"""Contracts by name."""


def read(folder: Path) -> Catalogue:
    """The catalogue in a folder with one folder per event; raises `Unreadable`."""
    contracts = (contract for path in sorted(folder.glob("*/event.toml")) for contract in _versions(path))
    return {contract.name: contract for contract in contracts}


def files(folder: Path) -> list[Path]:
    """Every file that makes a contract, and so is frozen by a release."""
    return sorted(path for pattern in ("event.toml", "v*.schema.json", "examples/*") for path in folder.glob(f"*/{pattern}"))


def _versions(description: Path) -> Iterator[Contract]:
    folder, said = description.parent, _toml(description)
    schemas = {int(path.name[1:].partition(".")[0]): _json(path) for path in sorted(folder.glob("v*.schema.json"))}
    for version, schema in schemas.items():
        try:
            contract = Contract(folder.name, version, schema, said["emitters"], said["readers"], said["topics"])
        except KeyError as missing:
            raise Unreadable(f"{folder.name}/event.toml: no {missing}") from None
        contract.sunset = said.get("sunset", {}).get(f"v{version}")
        valid = {path.name: _json(path) for path in _examples(folder, "valid")}
        contract.valid = {name: event for name, event in valid.items() if _version(event, schemas) == version}
        refused = {path.name: _json(path, "event", "expected") for path in _examples(folder, "invalid")}
        contract.invalid = {name: example for name, example in refused.items() if _version(example["event"], schemas) == version}
        yield contract


def _examples(folder: Path, kind: str) -> list[Path]:
    return sorted(folder.glob(f"examples/{kind}-*.json"))


def _version(event: Any, known: Iterable[int]) -> int:
    """The version that an example is of; one that does not say so properly counts for the first."""
    said = re.search(r"\.v([0-9]+)$", str(event.get("type"))) if isinstance(event, dict) else None
    version = int(said[1]) if said else 0
    return version if version in known else min(known)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as broken:
        raise Unreadable(f"{path.parent.name}/{path.name}: {broken}") from None


def _json(path: Path, *needed: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as broken:
        raise Unreadable(f"{path.relative_to(path.parents[2])}: {broken}") from None
    if not isinstance(found, dict) or not found.keys() >= set(needed):
        raise Unreadable(f"{path.relative_to(path.parents[2])}: no JSON object{' with ' if needed else ''}{' and '.join(needed)}")
    return found
