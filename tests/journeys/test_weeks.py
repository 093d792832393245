"""A region in simulated time: whatever is killed meanwhile, the same seed leads to the same events, and the guarantee holds."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHIN = 600.0


async def simulated(directory: Path, *options: str, weeks: int, children: int) -> str:
    """What `passend simulate` prints; it ends well only without a violation."""
    command = [sys.executable, "-m", "deploy.simulator.weeks", "--weeks", str(weeks), "--children", str(children), "--seed", "5"]
    more = ["--sent", str(directory / "sent.jsonl"), *options]
    process = await asyncio.create_subprocess_exec(*command, *more, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    printed, _ = await asyncio.wait_for(process.communicate(), WITHIN)
    assert process.returncode == 0, printed.decode()
    return printed.decode()


def fingerprint(printed: str) -> str:
    found = re.search(r"fingerprint ([0-9a-f]{16}): 0 violations", printed)
    assert found, printed
    return found[1]


async def test_two_weeks_in_which_something_is_killed(tmp_path: Path) -> None:
    printed = await simulated(tmp_path, "--kill-weekly", weeks=2, children=12)
    assert fingerprint(printed)
    assert "killed, one a week: 1 " in printed


@pytest.mark.long
async def test_the_same_seed_leads_to_the_same_events_whatever_is_killed(tmp_path: Path) -> None:
    first = await simulated(tmp_path, weeks=12, children=80)
    assert fingerprint(first) == fingerprint(await simulated(tmp_path, weeks=12, children=80))
    assert fingerprint(first) == fingerprint(await simulated(tmp_path, "--kill-weekly", weeks=12, children=80))
