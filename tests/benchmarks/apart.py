"""Our hop in a process of its own, from this repository or from a copy of it: told line by line where to drain, it says what that took."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import uvloop

from deploy.embedded.child import module
from deploy.embedded.parent import die_with_parent
from services.chassis import batch, runtime, telemetry
from tests.benchmarks import ours
from tests.benchmarks.hop import Run
from tests.benchmarks.load import Load
from tests.benchmarks.stopwatch import Took


@asynccontextmanager
async def hop_from(root: Path, *, embedded: bool) -> AsyncIterator[Run]:
    """The hop of the code under that root; it stays the same process over all its loads."""
    process = await asyncio.create_subprocess_exec(
        *module("tests.benchmarks.apart"),
        cwd=root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (root, root / "contracts")))},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=sys.stdout,
        preexec_fn=die_with_parent,
    )
    asked, answers = process.stdin, process.stdout
    assert asked
    assert answers

    async def run(kafka: str, database_url: str, load: Load) -> Took:
        asked.write(json.dumps([kafka, database_url, load.events, embedded]).encode() + b"\n")
        answer = await answers.readline()
        assert answer, f"the hop of {root} ended; why stands in the benchmark's log"
        return Took(**json.loads(answer))

    try:
        yield run
    finally:
        process.kill()  # it has nothing to finish, and after a failure it would not come to an end
        await process.wait()


def main(told: TextIO, say: TextIO) -> None:
    """Drain one load per line."""
    assert Path(batch.__file__).is_relative_to(Path.cwd()), "the hop of another copy would be measured"
    with redirect_stdout(sys.stderr):
        telemetry.configure_logging("bench")
        runtime.spare_the_collector()  # as a service's process does
        for line in told:
            kafka, database_url, events, embedded = json.loads(line)
            took = uvloop.run(ours.drain(kafka, database_url, events, embedded=embedded))
            print(json.dumps(asdict(took)), file=say, flush=True)


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
