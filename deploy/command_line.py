"""The one `passend` command: its verbs are those that the services and the deployment bring along, each in a `cli.py` of its own."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import typer

NAMESPACES = ("services", "deploy")


def main() -> None:
    """Run `passend <verb>`."""
    command = typer.Typer(name="passend", no_args_is_help=True, add_completion=False, help="Passend: support that no procedure loses.")
    for verbs in _verbs():
        command.add_typer(verbs)
    command()


def _verbs() -> Iterator[typer.Typer]:
    for namespace in NAMESPACES:
        for folder in map(Path, importlib.import_module(namespace).__path__):
            for part in sorted(path.parent.name for path in folder.glob("*/cli.py")):
                yield importlib.import_module(f"{namespace}.{part}.cli").app
