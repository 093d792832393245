from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.component.embedded.parts import Broker


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    broker = Broker(tmp_path / "broker.log")
    try:
        await broker.answers()
        yield broker
    finally:
        broker.kill()
