"""Passwords and keys of an embedded installation: made once, kept in a file that only its owner reads."""

import os
from collections.abc import Callable
from pathlib import Path


def once(path: Path, make: Callable[[], str]) -> str:
    """The secret in that file; made, and written whole or not at all, when there is none yet."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(path, make())
    return path.read_text(encoding="utf-8")


def write(path: Path, text: str) -> None:
    """Put that text in the place of what the file held, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    unfinished.rename(path)
