"""`make test`: two halves of the tests beside each other, for most of them wait for something; each has its own broker and database."""

import subprocess
import sys
from pathlib import Path

SECOND = ("tests/contracts", "tests/faults", "tests/images", "tests/journeys", "tests/pairs")
"""About as long as all others together."""
LOG = Path("build/second-half.log")


def main() -> int:
    """Run both with these options of pytest, print the one as it goes and the other at its end; 1 where a test failed."""
    options = sys.argv[1:]
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("wb") as log:
        second = subprocess.Popen(_pytest(*options, *SECOND), stdout=log, stderr=log)
        try:
            first = subprocess.run(_pytest(*options, *(f"--ignore={part}" for part in SECOND)), check=False).returncode
            failed = second.wait() or first
        finally:
            second.terminate()
            second.wait()
    sys.stdout.write(LOG.read_text(encoding="utf-8", errors="replace"))
    return 1 if failed else 0


def _pytest(*options: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *options]


if __name__ == "__main__":
    sys.exit(main())
