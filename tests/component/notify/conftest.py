from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.chassis.clock import SimulatedClock
from tests.component.issuer import Issuer
from tests.component.mail_server import MailServer
from tests.component.notify.on_call import OnCall, notify_on
from tests.pairs.pair import Pair

WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)
"""11.00 in the Netherlands: office hours."""


@pytest.fixture
def clock(tmp_path: Path) -> SimulatedClock:
    """A clock that stands in office hours until a test puts it forward."""
    return SimulatedClock(tmp_path / "clock", WEDNESDAY)


@pytest.fixture
async def on_call(pair: Pair, issuer: Issuer, mail: MailServer, clock: SimulatedClock, tmp_path: Path) -> AsyncIterator[OnCall]:
    async with notify_on(clock, tmp_path, pair, mail, **issuer.settings) as people:
        yield people
