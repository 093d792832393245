from collections.abc import AsyncIterator

import pytest

from services.chassis.testing import RunningService
from tests.component.conftest import run
from tests.component.doors.door import DOORS, Door
from tests.component.issuer import Issuer
from tests.pairs.pair import Pair


@pytest.fixture(params=DOORS, ids=lambda door: door.service)
def door(request: pytest.FixtureRequest) -> Door:
    chosen: Door = request.param
    return chosen


@pytest.fixture
async def service(pair: Pair, issuer: Issuer, door: Door) -> AsyncIterator[RunningService]:
    """The service whose door it is."""
    async with run(pair, door.service, door.build, **issuer.settings) as service:
        yield service
