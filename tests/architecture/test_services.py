import ast
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from services.chassis import database
from tests.architecture.repository import ROOT, tracked

SERVICES = ROOT / "services"
CHASSIS = SERVICES / "chassis"
DEPLOYABLES = sorted(path.parent for path in SERVICES.glob("*/__init__.py") if path.parent != CHASSIS)
MAX_LINES = 400

EVERY = {"Dockerfile", "README.md", "__init__.py", "__main__.py", "app.py", "pyproject.toml"}
SHAPE = EVERY | {
    "api.py",
    "cli.py",
    "clients.py",
    "domain",
    "handlers.py",
    "migrations",
    "settings.py",
    "store.py",
    "tables.py",
    "translation.py",
    "use_cases.py",
}
"""What a file may be called, so that who knows one service knows all; a missing file means that there is no such port."""

MORE = {
    # The console shows the record to people and proves the guarantee from it: no service without the record has a counterpart. And it
    # shows the catalogue of events to who builds a system.
    "console": {"catalogue", "follow.py", "pages", "parties.py", "proof", "reading.py", "record.py", "sessions.py", "words.py"},
    # Reaching people: what a message says, how it goes out, and what its link does on a page.
    "notify": {"letters.py", "links.py", "pages", "sending.py", "templates"},
    # The office of the samenwerkingsverband decides through an API and a page: one list of decisions for both.
    "placement": {"decisions.py", "pages"},
}


def name(service: Path) -> str:
    return service.name


@pytest.mark.parametrize("service", DEPLOYABLES, ids=name)
def test_a_service_has_the_same_shape_as_the_others(service: Path) -> None:
    entries = {path.name for path in service.iterdir() if path.name != "__pycache__"}
    assert entries - SHAPE - MORE.get(service.name, set()) == set()
    assert EVERY - entries == set()


@pytest.mark.parametrize("service", DEPLOYABLES, ids=name)
def test_a_missing_port_is_no_empty_file(service: Path) -> None:
    empty = [file for file in service.rglob("*.py") if file.name != "__init__.py" and not file.read_text(encoding="utf-8").strip()]
    assert empty == []


@pytest.mark.parametrize("service", DEPLOYABLES, ids=name)
def test_a_domain_needs_the_standard_library_only(service: Path) -> None:
    own = f"services.{service.name}.domain"
    foreign = {
        f"{module} in {file.relative_to(ROOT)}"
        for file in (service / "domain").rglob("*.py")
        for module in _imported(file)
        if module.partition(".")[0] not in sys.stdlib_module_names and not f"{module}.".startswith(f"{own}.")
    }
    assert foreign == set()


def _imported(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_the_chassis_is_a_library() -> None:
    assert {path.name for path in CHASSIS.iterdir()} & {"__main__.py", "Dockerfile", "migrations", "domain"} == set()


@pytest.mark.parametrize("service", DEPLOYABLES, ids=name)
def test_the_number_of_the_last_migration_s_file_is_the_newest_version(service: Path) -> None:
    migrations = service / "migrations"
    assert ScriptDirectory(str(migrations)).get_heads() == [database.newest(migrations)]


def test_no_file_of_a_service_is_longer_than_a_reader_has_patience() -> None:
    lengths = {
        file.relative_to(ROOT): len(file.read_text(encoding="utf-8").splitlines()) for file in tracked(".py") if SERVICES in file.parents
    }
    assert {file: length for file, length in lengths.items() if length > MAX_LINES} == {}
