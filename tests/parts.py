"""`make test` and `make faults` in parts beside each other, for most tests wait for something; each has its own broker and database."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

SEQUENCES = "tests/faults/test_sequences.py"
APART = ("tests/component/embedded", "tests/contracts", "tests/faults", "tests/images", "tests/journeys", "tests/pairs")
PARTS: dict[str, tuple[Sequence[str], ...]] = {
    "tests": ([f"--ignore={each}" for each in APART], APART),
    "faults": (("tests/faults", f"--ignore={SEQUENCES}"), (SEQUENCES, "tests/journeys/test_weeks.py", "tests/journeys/test_away.py")),
}
"""What to run, in parts of about the same length; a third one leaves two processors no time in which what waits could be on time."""
BUILD = Path("build")


def main() -> int:
    """Run all with these options of pytest and one seed, print the first as it goes and the others at the end; 1 where a test failed."""
    which, *options = sys.argv[1:]
    os.environ["SEED"] = os.environ.get("SEED") or str(random.randrange(10**6))
    BUILD.mkdir(exist_ok=True)
    first, *others = PARTS[which]
    logs = [BUILD / f"part-{n}.log" for n, _ in enumerate(others, start=2)]
    with ExitStack() as stack:
        beside = [stack.enter_context(_running(options, tests, log)) for tests, log in zip(others, logs, strict=True)]
        results = [subprocess.run(_pytest(options, first), check=False).returncode, *(part.wait() for part in beside)]
    for log in logs:
        sys.stdout.write(log.read_text(encoding="utf-8", errors="replace"))
    return 1 if any(results) else 0


@contextmanager
def _running(options: Sequence[str], tests: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A part that is not printed yet; it ends with us."""
    with log.open("wb") as output:
        part = subprocess.Popen(_pytest(options, tests), stdout=output, stderr=output)
    try:
        yield part
    finally:
        part.terminate()
        part.wait()


def _pytest(options: Sequence[str], tests: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *options, *tests]


if __name__ == "__main__":
    sys.exit(main())
