import re
from pathlib import Path

from tests.architecture.repository import ROOT, lines, tracked

LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/?)`")
"""A path in backticks: no placeholder, no wildcard, no space."""

MAPS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
"""The documents that lead a reader through the files: every path they name is there."""


def test_every_link_in_a_document_leads_to_a_file() -> None:
    broken = [
        f"{place} → {target}"
        for document in tracked(".md")
        for place, line in lines(document)
        for target in LINK.findall(line)
        if not target.startswith(("http://", "https://", "mailto:", "#")) and not (document.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_every_path_that_a_map_names_is_there() -> None:
    missing = [
        f"{place} names {path}"
        for name in MAPS
        for place, line in lines(ROOT / name)
        for path in PATH.findall(line)
        if "/" in path and _is_of_ours(path) and not (ROOT / path).exists()
    ]
    assert missing == []


def _is_of_ours(path: str) -> bool:
    first = Path(path).parts[0]
    return (ROOT / first).exists() and first not in {"build", ".passend"}  # what runs leave behind is no part of the map


def test_every_map_is_there() -> None:
    assert [name for name in MAPS if not (ROOT / name).exists()] == []
