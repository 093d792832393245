from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.keys import settings_of_keys
from tests.component.conftest import run
from tests.component.doors.answers import Answers
from tests.component.doors.door import DOORS, Door
from tests.component.issuer import Issuer
from tests.pairs.pair import Pair
from tests.running import RunningService

ANSWERS = pytest.StashKey[dict[str, Answers]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for service, answers in terminalreporter.config.stash.get(ANSWERS, {}).items():
        terminalreporter.section(f"what the door of {service} answers to bad input")
        for line in answers.table():
            terminalreporter.write_line(line)


@pytest.fixture
def answers(pytestconfig: pytest.Config, door: Door) -> Answers:
    """What this door answered, for the table at the end."""
    return pytestconfig.stash.setdefault(ANSWERS, defaultdict(Answers))[door.service]


@pytest.fixture(params=DOORS, ids=lambda door: door.service)
def door(request: pytest.FixtureRequest) -> Door:
    chosen: Door = request.param
    return chosen


@pytest.fixture
async def service(pair: Pair, issuer: Issuer, door: Door, tmp_path: Path) -> AsyncIterator[RunningService]:
    """The service whose door it is."""
    async with run(pair, door.service, door.build, **issuer.settings, **settings_of_keys(tmp_path, door.service)) as service:
        yield service
