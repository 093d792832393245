"""What the fault tests would say if a promise were not kept: it is taken out of a copy of the code, and a scenario has to see that."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.patched import copy_with
from tests.pairs.engine import engine

WITHIN = 600
SEED = "1"
"""Always the same: what is looked for here is whether a scenario sees the fault, not another fault."""

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git applies the patches, and is not here")
needs_engine = pytest.mark.skipif(not engine()[0], reason=f"the scenarios need a real broker: {engine()[1]}")
pytestmark = [pytest.mark.long, needs_git]


@dataclass(frozen=True)
class Broken:
    """A build without one promise, the scenario that has to see it, and the figure by which it does."""

    build: str
    scenario: str
    figure: str

    @property
    def name(self) -> str:
        return f"{self.build}-{self.figure}"


BUILDS = (
    Broken(
        "no_inbox",
        "test_bad_records.py::test_a_producer_that_repeats_everything_changes_nothing_also_of_what_a_team_has_declined",
        "doubled",
    ),
    Broken("commit_before_effect", "test_consumer.py::test_killed_in_the_middle_of_its_transaction_it_leaves_no_half_effect", "lost"),
    Broken("relay_without_lease", "test_one_order.py::test_of_two_replicas_one_publishes", "repeated"),
    Broken("order_by_time", "test_one_order.py::test_what_begins_first_and_commits_last_is_told_last", "reordered"),
    Broken(
        "mark_before_acknowledgement",
        "test_kafka.py::test_while_it_is_away_the_door_takes_events_in_and_the_service_can_be_stopped_and_started",
        "lost",
    ),
)
"""Some are seen by more scenarios than these, which see them each time."""


@needs_engine
@pytest.mark.parametrize("broken", BUILDS, ids=lambda broken: broken.name)
def test_a_build_without_a_promise_is_caught(broken: Broken, notes: list[str]) -> None:
    with copy_with(broken.build) as copy:
        printed = outcome(copy, broken.scenario)
    found = figures(printed)
    seen = "; ".join(" ".join(f"{name} {count}" for name, count in row.items()) or "nothing" for row in found)
    notes.append(f"without its promise: {broken.build:<28} {seen:<40} {broken.scenario.replace('::', ' ')}")
    assert " 1 failed" in printed, printed[-3000:]
    assert any(broken.figure in row for row in found), printed[-3000:]


def outcome(copy: Path, scenario: str) -> str:
    """What pytest prints about this scenario on the code in that copy."""
    code = os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{copy / 'contracts'}", "SEED": SEED}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--show-capture=no",
        "--pair",
        "docker",
        f"tests/faults/{scenario}",
    ]
    return subprocess.run(command, cwd=copy, env=code, check=False, capture_output=True, text=True, timeout=WITHIN).stdout


def figures(printed: str) -> list[dict[str, int]]:
    """The figures that may not be, as far as they are, of each row of the table that was printed."""
    lines = [re.split(r" {2,}", line.strip()) for line in printed.splitlines()]
    head = next((line for line in lines if line[0] == "scenario"), [])
    rows = [dict(zip(head, line, strict=True)) for line in lines if head and len(line) == len(head) and line != head]
    wanted = ("lost", "doubled", "repeated", "reordered", "leaked")
    return [{name: int(row[name]) for name in wanted if int(row[name])} for row in rows]
