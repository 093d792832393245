"""The package as a supplier gets it: a wheel in an empty environment, and the lines of its README on a platform that runs."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.embedded import keys
from deploy.parties.children import DoorKeys
from tests.builders.events import BOARD, a_consent_given, a_parents_consulted, a_support_requested
from tests.journeys.platform import ROOT, WITHIN, Platform, platform

README = (ROOT / "contracts/README.md").read_text(encoding="utf-8")
SEND, SEAL, READ, *_ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
RECEIPT = r"Receipt\(event='[0-9a-f-]{36}', receipt='[0-9a-f-]{36}', case='/v1/zaken/[0-9a-f-]{36}', repeated=False\)"
DIRECT = """
from importlib.metadata import requires
print(*sorted(line.partition(">")[0] for line in requires("passend-contracts") if "extra" not in line))
"""


def run(*command: str, cwd: Path = ROOT, **environment: str) -> str:
    """What a command prints; fails with what it said where it ends with an error."""
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment that holds the wheel and what it needs, and nothing of ours besides."""
    directory = tmp_path_factory.mktemp("supplier")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    shutil.copytree(ROOT / "contracts", directory / "contracts", ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(directory), str(directory / "contracts"))
    (directory / "pins.txt").write_text(run(sys.executable, "deploy/pins.py", "requirements.txt", "contracts", "httpx"), encoding="utf-8")
    venv.create(directory / "venv", with_pip=False)
    python = str(directory / "venv/bin/python")
    run(*pip, "--python", python, "install", "--no-deps", "--require-hashes", "-r", str(directory / "pins.txt"))
    run(*pip, "--python", python, "install", "--no-deps", *map(str, directory.glob("*.whl")))
    run(*pip, "--python", python, "check")
    return python


def test_the_wheel_needs_two_packages_by_itself(python: str, tmp_path: Path) -> None:
    assert run(python, "-c", DIRECT, cwd=tmp_path).split() == ["joserfc", "pydantic"]
    assert run(
        python, "-c", "import passend_contracts.enclosures, passend_contracts.catalogue as c; print(len(c.EVENTS) > 40)", cwd=tmp_path
    )


async def test_ten_lines_deliver_an_event_and_some_more_seal_who_the_child_is(python: str, tmp_path: Path) -> None:
    assert len([line for line in SEND.splitlines() if line]) <= 10
    tmp_path.chmod(0o755)  # noqa: ASYNC240 -- PostgreSQL runs as somebody else when the tests run as root
    async with platform(tmp_path, 28380) as running:
        told = {"DOOR": running.ports.url("intake"), "TOKEN": await running.token(BOARD)}
        printed = await asyncio.to_thread(run, python, "-c", SEND + SEAL, cwd=tmp_path, **told)
        gemeente = [line async for line in what_a_gemeente_prints(running, tmp_path)]
    assert re.fullmatch(f"{RECEIPT}\n{RECEIPT}\n", printed)
    assert sorted(line.partition("(")[0].partition("=")[0] for line in gemeente) == ["given_names", "people", "text"]


async def what_a_gemeente_prints(running: Platform, directory: Path) -> AsyncIterator[str]:
    """The three lines of the README's reader for one sealed referral."""
    door = DoorKeys.read((await running.http.get(f"{running.ports.url('intake')}/v1/deursleutels")).json())
    request = a_support_requested()
    events = (request, a_parents_consulted(request.subject), a_consent_given(request.subject))
    told = {"KEYS": str(keys.of_gemeenten(directory)), "KAFKA": running.ports.kafka}
    reader = await asyncio.create_subprocess_exec(sys.executable, "-uc", READ, env={**os.environ, **told}, stdout=asyncio.subprocess.PIPE)
    try:
        await running.post([door.sealed(event, BOARD) for event in events], await running.token(BOARD))
        assert reader.stdout
        for _ in range(3):
            yield (await asyncio.wait_for(reader.stdout.readline(), WITHIN)).decode()
    finally:
        reader.kill()
        await reader.wait()
