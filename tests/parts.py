"""`make test` and `make faults` in parts beside each other, for most tests wait for something; each has its own broker and database."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

SEQUENCES, WEEKS = "tests/faults/test_sequences.py", "tests/journeys/test_weeks.py"
APART = ("tests/component/embedded", "tests/contracts", "tests/faults", "tests/images", "tests/journeys", "tests/pairs")
PARTS: dict[str, Sequence[Sequence[str]]] = {
    "tests": ([f"--ignore={each}" for each in APART], APART),
    "faults": (("tests/faults", f"--ignore={SEQUENCES}"), (SEQUENCES, WEEKS)),
}
"""What to run, in parts of about the same length; more of them only take longer on two processors."""


BUILD = Path("build")


def main() -> int:
    """Run all with these options of pytest and one seed, print the first as it goes and the others after it; 1 where a test failed."""
    which, *options = sys.argv[1:]
    os.environ["SEED"] = os.environ.get("SEED") or str(random.randrange(10**6))
    BUILD.mkdir(exist_ok=True)
    first, *others = PARTS[which]
    logs = [BUILD / f"part-{number}.log" for number in range(2, len(others) + 2)]
    with ExitStack() as stack:
        beside = [stack.enter_context(_running(_pytest(options, part), log)) for part, log in zip(others, logs, strict=True)]
        failed = subprocess.run(_pytest(options, first), check=False).returncode
        for part, log in zip(beside, logs, strict=True):
            failed = part.wait() or failed
            sys.stdout.write(log.read_text(encoding="utf-8", errors="replace"))
    return 1 if failed else 0


@contextmanager
def _running(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def _pytest(options: Sequence[str], tests: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *options, *tests]


if __name__ == "__main__":
    sys.exit(main())
