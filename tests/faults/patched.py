"""A copy of this repository with one promise taken out by a patch: to show what the promise costs, or that a test sees it broken."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
BROKEN = Path(__file__).parent / "broken"
PARTS = ("services", "contracts", "deploy", "tests")


class DoesNotApply(Exception):
    """The code has moved on and the patch has not: make it anew from what it is to take out."""


@contextmanager
def copy_with(name: str) -> Iterator[Path]:
    """The code with `tests/faults/broken/<name>.patch` in it, gone afterwards; raises `DoesNotApply` with git's own words."""
    with TemporaryDirectory(prefix="passend-") as directory:
        copy = Path(directory)
        for part in PARTS:
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        apply(BROKEN / f"{name}.patch", copy)
        yield copy


def apply(patch: Path, root: Path, *options: str) -> None:
    """Apply a patch to the code under that root; raises `DoesNotApply`. `--check` among git's options changes nothing."""
    alone = os.environ | {"GIT_CEILING_DIRECTORIES": str(root.parent)}  # within another repository git skips every file and says nothing
    done = subprocess.run(["git", "apply", *options, str(patch)], cwd=root, env=alone, check=False, capture_output=True, text=True)
    if done.returncode:
        raise DoesNotApply(f"{patch.relative_to(ROOT)}: {done.stderr.strip()}")
