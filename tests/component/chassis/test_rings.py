"""What a batch needed is gone with it: rings of objects would stay until the garbage collector comes, which it seldom does here."""

import gc
from collections.abc import AsyncIterator
from importlib import import_module
from uuid import uuid4

import pytest
from passend_contracts.catalogue import SERVICES

from services.chassis import database
from tests.pairs.pair import Pair

TIMES = 20


@pytest.fixture
async def uncollected() -> AsyncIterator[None]:
    """The collector stands still, and has nothing to do yet."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.usefixtures("uncollected")
async def test_to_load_cases_leaves_nothing_for_the_collector(pair: Pair, name: str) -> None:
    store = import_module(f"services.{name}.store")
    pair.prepare(name)
    engine = database.connect(pair.database_url(name))
    async with engine.connect() as connection:
        await store.load(connection, [str(uuid4())])  # what is made once, is
        gc.collect()
        for _ in range(TIMES):
            await store.load(connection, [str(uuid4())])
        left = gc.collect()
    await engine.dispose()
    assert left < TIMES
