"""The files of this repository, as a clone has them."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tracked(*suffixes: str) -> list[Path]:
    """All files that are committed or about to be, or those with one of these suffixes; skips the test outside a clone."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("which files belong to the repository is known to git, and this is no clone")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    files = (ROOT / name for name in names if name)
    return [file for file in files if file.is_file() and (not suffixes or file.suffix in suffixes)]


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """Each line with the place to name in a message; nothing for a file that is no text."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        yield f"{file.relative_to(ROOT)}:{number}", line
