from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.chassis.clock import SimulatedClock
from services.placement import app
from tests.builders.events import NOW
from tests.component.conftest import Tokens, run
from tests.component.issuer import Issuer
from tests.component.placement.office import Office
from tests.pairs.pair import Pair
from tests.running import RunningService


@pytest.fixture
def office(placement: RunningService, tokens: Tokens) -> Office:
    """People of the samenwerkingsverband at work."""
    return Office(placement, tokens)


@pytest.fixture
def clock(tmp_path: Path) -> SimulatedClock:
    """A clock that stands at this test run's present until a test puts it forward."""
    return SimulatedClock(tmp_path / "clock", NOW)


@pytest.fixture
async def timed_office(pair: Pair, issuer: Issuer, tokens: Tokens, clock: SimulatedClock, tmp_path: Path) -> AsyncIterator[Office]:
    """The same, on that clock."""
    async with run(pair, app.NAME, app.build, clock=tmp_path / "clock", **issuer.settings) as service:
        yield Office(service, tokens)
