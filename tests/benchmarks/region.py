"""A simulated region of 2,000 children and 40 weeks: how long it takes, what it spends that on, and the memory of all it runs."""

import asyncio
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import memory
from tests.benchmarks.form import Form
from tests.benchmarks.table import Aim, Row

ROOT = Path(__file__).parents[2]
CHILDREN, WEEKS = 2_000, 40
SECONDS, MEGABYTES = Aim("≤", 600), Aim("≤", 1_200)
LOOK_EVERY = 10.0
SPEED = re.compile(r"(\d+) stops in (\d+) s: ([\d.]+) stops/s, (\d+) records/s")
SPENT = re.compile(r"(\d+) s ([a-z ]+?)(?:,|$)")


async def measured(form: Form) -> list[Row]:
    """One run; it takes minutes, so it is no part of the table that `make bench` prints."""
    children = form.load(CHILDREN)
    with TemporaryDirectory(prefix="passend-bench-", ignore_cleanup_errors=True) as directory:
        command = [sys.executable, "-m", "deploy.simulator.weeks", "--children", str(children), "--weeks", str(WEEKS), "--seed", "5"]
        sent = ["--sent", str(Path(directory) / "sent.jsonl")]
        process = await asyncio.create_subprocess_exec(*command, *sent, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        saying = asyncio.create_task(process.communicate())
        most = 0.0
        while not saying.done():
            most = max(most, sum(memory.pss_by_part(process.pid).values()) / 1e6)
            await asyncio.wait({saying}, timeout=LOOK_EVERY)
        said, _ = await saying
    printed = said.decode()
    assert process.returncode == 0, printed
    return _rows(children, printed, most)


def _rows(children: int, printed: str, megabytes: float) -> list[Row]:
    found = SPEED.search(printed)
    assert found, printed
    _, seconds, stops, records = map(float, found.groups())
    spent = SPENT.findall(printed.partition("\nof it ")[2].partition("\n")[0])
    return [
        Row(f"{children:,} children, {WEEKS} weeks", "s", [seconds], aims=(SECONDS,)),
        *(Row(f"  of it {what}", "s", [float(part)]) for part, what in spent),
        Row("  stops", "/s", [stops]),
        Row("  records", "/s", [records]),
        Row("  memory of all it runs, at most", "MB", [megabytes], aims=(MEGABYTES,)),
    ]
