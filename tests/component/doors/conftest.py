from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.chassis.testing import RunningService
from tests.builders.keys import settings_of_keys
from tests.component.conftest import run
from tests.component.doors.door import DOORS, Door
from tests.component.issuer import Issuer
from tests.pairs.pair import Pair


@pytest.fixture(params=DOORS, ids=lambda door: door.service)
def door(request: pytest.FixtureRequest) -> Door:
    chosen: Door = request.param
    return chosen


@pytest.fixture
async def service(pair: Pair, issuer: Issuer, door: Door, tmp_path: Path) -> AsyncIterator[RunningService]:
    """The service whose door it is."""
    async with run(pair, door.service, door.build, **issuer.settings, **settings_of_keys(tmp_path, door.service)) as service:
        yield service
