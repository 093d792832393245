"""How much of a schema its valid examples prove: each key deleted, misspelt and given values of every wrong type must be noticed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from passend_contracts.export import fields_of

from deploy.catalogue.contract import Contract, Schema
from deploy.catalogue.judging import validator

WRONG: dict[str, tuple[Any, ...]] = {
    "string": (None, True, 7, 1.5, [], {}),
    "integer": (None, True, "7", 1.5, [], {}),
    "array": (None, True, 7, 1.5, "text", {}),
    "object": (None, True, 7, 1.5, "text", []),
}
"""For each type a value of every other one."""


class Mutant(NamedTuple):
    """One way to get a key wrong, and the data in which it is wrong: several where it has several wrong types, all to be noticed."""

    path: str
    kind: str
    wrong: list[Any]


@dataclass
class Score:
    """How many mutants a schema noticed, and which not: where, and how."""

    noticed: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def of(self) -> int:
        """How many there were."""
        return self.noticed + len(self.missed)

    @property
    def share(self) -> float:
        """1 where there is nothing to get wrong."""
        return self.noticed / self.of if self.of else 1.0


def score(contract: Contract) -> Score:
    """The score of one schema. A field that no example has counts as missed in all ways: nobody has ever seen it refused."""
    judge = validator(contract.schema)
    result, seen = Score(), set[str]()
    for name, event in contract.valid.items():
        for mutant in _mutants(contract.schema, event.get("data", {}), "$", lambda data: data):
            seen.add(mutant.path)
            if any(judge.is_valid(data) for data in mutant.wrong):
                result.missed.append((mutant.path, f"{mutant.kind} in {name}"))
            else:
                result.noticed += 1
    unseen = [path for path in fields(contract.schema) if path not in seen]
    result.missed += [(path, f"{kind}, for no valid example has it") for path in unseen for kind in ("misspelt", "of a wrong type")]
    return result


def fields(schema: Schema) -> list[str]:
    """The paths of everything in it that has a name."""
    return [path for path, _ in fields_of(schema) if path != "$" and not path.endswith("[]")]


def _mutants(schema: Schema, data: Any, path: str, whole: Callable[[Any], Any]) -> Iterator[Mutant]:
    """All mutants of a value and what is inside; `whole` puts a changed value back into its place."""
    if isinstance(data, dict):
        for name in (name for name in data if name in schema.get("properties", {})):
            yield from _of_key(schema, data, name, path, whole)
    elif isinstance(data, list):
        for n, item in enumerate(data):
            yield from _mutants(schema.get("items", {}), item, f"{path}[]", partial(_with_item, whole, data, n))


def _with_item(whole: Callable[[Any], Any], items: list[Any], n: int, item: Any) -> Any:
    return whole([*items[:n], item, *items[n + 1 :]])


def _of_key(schema: Schema, data: dict[str, Any], name: str, path: str, whole: Callable[[Any], Any]) -> Iterator[Mutant]:
    part, here = schema["properties"][name], f"{path}.{name}"
    rest = {other: value for other, value in data.items() if other != name}
    if name in schema.get("required", ()):  # to leave out what is optional is no mistake
        yield Mutant(here, "deleted", [whole(rest)])
    yield Mutant(here, "misspelt", [whole({**rest, f"{name}{name[-1]}": data[name]})])
    yield Mutant(here, "of a wrong type", [whole({**rest, name: wrong}) for wrong in WRONG.get(part.get("type"), ())])
    yield from _mutants(part, data[name], here, lambda value: whole({**data, name: value}))
