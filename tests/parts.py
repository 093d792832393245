"""`make test` and `make faults` in two parts beside each other, for most tests wait for something; each has its own broker and database."""

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SEQUENCES = "tests/faults/test_sequences.py"
APART = ("tests/component/embedded", "tests/faults", "tests/images", "tests/journeys", "tests/pairs")
PARTS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "tests": ([f"--ignore={each}" for each in APART], APART),
    "faults": (("tests/faults", f"--ignore={SEQUENCES}"), (SEQUENCES, "tests/journeys/test_weeks.py", "tests/journeys/test_away.py")),
}
"""What to run, in two parts of about the same length: a third leaves two processors no time in which what waits is on time."""
LOG = Path("build/second-part.log")


def main() -> int:
    """Run both with these options of pytest and one seed, print the one as it goes and the other at its end; 1 where a test failed."""
    which, *options = sys.argv[1:]
    os.environ["SEED"] = os.environ.get("SEED") or str(random.randrange(10**6))
    one, other = PARTS[which]
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("wb") as log:
        second = subprocess.Popen(_pytest(options, other), stdout=log, stderr=log)
        try:
            first = subprocess.run(_pytest(options, one), check=False).returncode
            failed = second.wait() or first
        finally:
            second.terminate()
            second.wait()
    sys.stdout.write(LOG.read_text(encoding="utf-8", errors="replace"))
    return 1 if failed else 0


def _pytest(options: Sequence[str], tests: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *options, *tests]


if __name__ == "__main__":
    sys.exit(main())
