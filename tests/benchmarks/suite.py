"""How long a change waits for the tests that need no broker and no database."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

from tests.benchmarks.form import Form
from tests.benchmarks.table import Aim, Row

ROOT = Path(__file__).parents[2]
LIMIT = Aim("≤", 20)


async def measured(_form: Form) -> list[Row]:
    """Seconds of the unit and contract tests, as pytest's whole process takes them, once."""
    begun = perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "tests/unit", "tests/contracts"]
    failed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode
    seconds = perf_counter() - begun
    assert not failed, "the unit and contract tests fail"
    return [Row("unit and contract tests", "s", [seconds], aims=(LIMIT,))]
