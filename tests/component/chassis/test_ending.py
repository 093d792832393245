"""A part that ends by itself ends the whole process, so that whoever watches it starts a whole one."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.component.conftest import told_to
from tests.pairs.pair import Pair
from tests.pairs.ports import free_port
from tests.running import PATIENCE

ROOT = Path(__file__).parents[3]
WITH_A_PART = """
import asyncio
from services.chassis import runtime, region
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.timers import DeadlineWorker
from services.jgt_bridge import app, store
from services.jgt_bridge.handlers import events

class Ending(DeadlineWorker):
    async def run(self):
        {how}

settings = Settings()
service = Service(app.NAME, region.load(settings.region), events, store, __import__("pathlib").Path(app.__file__).parent / "migrations")
build = runtime.build(service, settings, workers=lambda machine: [Ending(machine, "cases")])
runtime.serve(build, app.NAME, settings)
"""


@pytest.mark.parametrize("how", ["return", "raise asyncio.CancelledError", "raise ZeroDivisionError"])
async def test_a_part_that_ends_by_itself_ends_the_process(how: str, pair: Pair) -> None:
    told = {f"PASSEND_{name.upper()}": str(value) for name, value in told_to(pair, "jgt_bridge", port=free_port()).items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WITH_A_PART.format(how=how)),
        cwd=ROOT,
        env={**os.environ, **told},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
    assert b"part_ended" in printed
    assert b"stopped" in printed, "in order, as on SIGTERM"
