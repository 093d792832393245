"""Prints the pins of requirements.txt that some parts of the product need, and no others: an image holds only what its service needs.

`# via` in requirements.txt says who asked for a package, so the list is read backwards from it and kept nowhere a second time.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
OURS = "passend-"


class Pin(NamedTuple):
    """A package's lines in requirements.txt, with all hashes, and who asked for it."""

    pin: str
    via: frozenset[str]


Pins = dict[str, Pin]


def needed(named: Iterable[str], root: Path) -> set[str]:
    """The packages that are named: by themselves, or by the pyproject.toml of a part, such as `services/chassis`."""
    named = set(named)
    parts = {part for part in named if (root / part / "pyproject.toml").exists()}
    known = {project["name"]: project for project in (_project(root / part) for part in parts)}
    names = (named - parts) | {_name(line) for project in known.values() for line in project.get("dependencies", [])}
    if unknown := {name for name in names if name.startswith(OURS)} - known.keys():
        raise SystemExit(f"pins: name these parts too: {', '.join(sorted(unknown))}")
    return names - known.keys()


def _project(part: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((part / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def closed(names: set[str], pins: Pins) -> set[str]:
    """These packages, and what they need in turn."""
    if unknown := names - pins.keys():
        raise SystemExit(f"pins: requirements.txt has no {', '.join(sorted(unknown))}")
    more = {name for name, pin in pins.items() if pin.via & names} - names
    return closed(names | more, pins) if more else names


def read(lines: Iterable[str]) -> Pins:
    """All pins of requirements.txt, by package."""
    pins: Pins = {}
    for block in _blocks(lines):
        pin = [line for line in block if not line.lstrip().startswith("#")]
        via = {_name(line.replace("# via", "#").strip(" #\n")) for line in block if line.lstrip().startswith("#")}
        pins[_name(pin[0])] = Pin("".join(pin), frozenset(via))
    return pins


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line[0].isalnum() and block:
            yield block
            block = []
        block.append(line)
    yield block


def _name(line: str) -> str:
    found = NAME.match(line)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def main() -> None:
    """`python pins.py requirements.txt contracts services/chassis …` prints the pins of these parts and packages."""
    pins = read(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines(keepends=True))
    print("".join(pins[name].pin for name in sorted(closed(needed(sys.argv[2:], Path()), pins))), end="")


if __name__ == "__main__":
    main()
