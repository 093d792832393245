"""Released catalogues, frozen: their files never change, and a list of hashes says so, to us and to whoever has `sha256sum -c`."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from deploy.catalogue.contract import files

SUMS = "SHA256SUMS"
_is_name = re.compile("[a-z0-9][a-z0-9.-]{0,39}").fullmatch


class NotReleased(Exception):
    """Nothing was written; the message says why and what to do."""


def freeze(events: Path, releases: Path, name: str) -> Path:
    """Copy a catalogue's files into a release of that name; raises `NotReleased`. Whether it may go out is for the gate to say before."""
    folder = releases / name
    if not _is_name(name):
        raise NotReleased("a release is named in lower case, digits, dots and dashes, such as 2027-1")
    if folder.exists():
        raise NotReleased(f"there is a release {name} already, and what is released never changes; choose another name")
    before = [releases / other / SUMS for other in names(releases)]
    for path in files(events):
        copy = folder / path.relative_to(events)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    lines = [f"{_sha256(path)}  {path.relative_to(folder)}" for path in _frozen(folder)]
    lines += [f"{_sha256(path)}  ../{path.relative_to(releases)}" for path in before]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def names(releases: Path) -> list[str]:
    """The releases in a folder; none where there is no such folder."""
    return sorted(path.name for path in releases.glob("*/") if path.is_dir())


def tampered(releases: Path) -> Iterator[str]:
    """Every file that is not what was released, by its path: changed, added or gone. A release knows the sums of those before it too."""
    for name in names(releases):
        folder = releases / name
        sums = folder / SUMS
        if not sums.exists():
            yield f"{name}/{SUMS} is gone"
            continue
        lines = (line.split("  ", 1) for line in sums.read_text(encoding="utf-8").splitlines())
        promised = {path: promise for promise, path in lines}
        for path, promise in promised.items():
            if not (folder / path).exists():
                yield f"{name}/{path} is gone"
            elif _sha256(folder / path) != promise:
                yield f"{name}/{path} is changed"
        yield from (f"{name}/{path} was added" for path in map(str, _inside(folder)) if path not in promised)


def _inside(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in _frozen(folder)]


def _frozen(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
