from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.chassis.clock import SimulatedClock
from tests.component.chassis import ledger
from tests.component.chassis.ledger import Faults
from tests.component.chassis.operator import Operator
from tests.component.conftest import run
from tests.component.issuer import Issuer
from tests.pairs.pair import Pair
from tests.running import RunningService

Start = Callable[..., AbstractAsyncContextManager[RunningService]]


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def start(pair: Pair, faults: Faults, issuer: Issuer) -> Start:
    """Starts the ledger's service; a second one beside it needs another `replica`."""
    pair.prepare(ledger.NAME, ledger.MIGRATIONS)

    def started(**settings: Any) -> AbstractAsyncContextManager[RunningService]:
        return run(pair, ledger.NAME, ledger.build(faults), **{**issuer.settings, "probe_seconds": 0.2, **settings})

    return started


@pytest.fixture
async def service(start: Start) -> AsyncIterator[RunningService]:
    async with start() as running:
        yield running


@pytest.fixture
def operator(service: RunningService, issuer: Issuer) -> Operator:
    return Operator(service, issuer)


@pytest.fixture
def clock(tmp_path: Path) -> tuple[Path, Callable[[datetime], SimulatedClock]]:
    """A file for a simulated clock, and what starts that clock."""
    file = tmp_path / "clock"
    return file, lambda moment: SimulatedClock(file, moment)
