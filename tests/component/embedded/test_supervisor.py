"""The supervisor with stand-in children: order, restarts, shared fate, and nothing left behind."""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import psutil
import pytest

from deploy.embedded import child
from deploy.embedded.__main__ import CannotStart, check_ports, only_one
from deploy.embedded.child import Child, Log, says
from deploy.embedded.processes import Ports
from deploy.embedded.supervisor import Supervisor
from tests.component.embedded.parts import WITHIN, alive, until
from tests.pairs.embedded import ROOT

STAND_IN = """
import os, signal, sys, time
name, diary, ending = sys.argv[1:]
def note(what):
    with open(diary, "a") as file: file.write(f"{what} {name} {os.getpid()}\\n")
def stop(*_):
    note("stop")
    if ending == "stops": sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note("start")
if ending == "fails": sys.exit("no such table")
print("up", flush=True)
while True: time.sleep(60)
"""


class Diary:
    """What the stand-ins did, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.path.read_text().splitlines()] if self.path.exists() else []

    @property
    def story(self) -> list[str]:
        return [f"{what} {name}" for what, name, _ in self.lines()]

    def pid(self, name: str) -> int:
        return int([pid for what, who, pid in self.lines() if (what, who) == ("start", name)][-1])

    def stand_in(self, name: str, *, ending: str = "stops", falls_with: str | None = None, patience: float = WITHIN) -> Child:
        command = [sys.executable, "-c", STAND_IN, name, str(self.path), ending]
        return Child(name, command, ready=says("up"), falls_with=falls_with, patience=patience)


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "diary")


@pytest.fixture
def said() -> list[str]:
    return []


Run = Callable[..., AbstractAsyncContextManager[Supervisor]]


@pytest.fixture
def run(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(child, "DELAYS", (0.05,))

    @asynccontextmanager
    async def run(*stages: list[Child], ready: int | None = None) -> AsyncIterator[Supervisor]:
        supervisor, stop = Supervisor(stages, tmp_path / "logs", said.append), asyncio.Event()
        running = asyncio.create_task(supervisor.run(stop))
        expected = sum(len(stage) for stage in stages) if ready is None else ready
        try:
            await until(lambda: sum(" ready" in line for line in said) >= expected)
            yield supervisor
        finally:
            stop.set()
            await asyncio.wait_for(running, WITHIN)

    return run


async def test_stages_start_in_order_and_stop_in_the_opposite_order(run: Run, diary: Diary) -> None:
    async with run([diary.stand_in("database")], [diary.stand_in("service")], [diary.stand_in("party")]):
        assert diary.story == ["start database", "start service", "start party"]
    assert diary.story[3:] == ["stop party", "stop service", "stop database"]


async def test_a_dead_child_is_started_again_and_that_is_said(run: Run, diary: Diary, said: list[str]) -> None:
    async with run([diary.stand_in("service")]):
        psutil.Process(diary.pid("service")).kill()
        await until(lambda: len(said) == 3)
    assert said[1] == "service was killed by SIGKILL; it starts again in 0.05 s"
    assert diary.story[:2] == ["start service"] * 2


async def test_what_shares_the_broker_s_fate_stops_before_it_starts_again(run: Run, diary: Diary, said: list[str]) -> None:
    others = [diary.stand_in("service", falls_with="broker"), diary.stand_in("party")]
    async with run([diary.stand_in("broker")], others):
        psutil.Process(diary.pid("broker")).kill()
        await until(lambda: sum(" ready" in line for line in said) == 5)
    assert [line for line in diary.story[:6] if "party" not in line] == [
        "start broker",
        "start service",
        "stop service",
        "start broker",
        "start service",
    ]


async def test_a_child_that_dies_at_once_shows_its_last_lines(run: Run, diary: Diary, said: list[str]) -> None:
    async with run([diary.stand_in("service", ending="fails")], ready=0):
        await until(lambda: len(said) >= 2)
    assert said[:2] == ["service ended with 1; it starts again in 0.05 s", "    no such table"]


async def test_a_child_that_does_not_stop_is_killed_when_its_patience_is_over(run: Run, diary: Diary, said: list[str]) -> None:
    async with run([diary.stand_in("service", ending="goes on", patience=0.1)]):
        pass
    assert said[-1] == "service did not stop within 0.1 s and is killed"
    assert not psutil.pid_exists(diary.pid("service"))


async def test_a_stop_while_a_child_never_becomes_ready_is_heard(run: Run, diary: Diary) -> None:
    async with run([diary.stand_in("service", ending="fails")], [diary.stand_in("party")], ready=0):
        await until(lambda: "start service" in diary.story)
    assert "start party" not in diary.story


@asynccontextmanager
async def supervised(diary: Diary, ending: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A supervisor in a process of its own, with one stand-in."""
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from deploy.embedded.child import Child, says; from deploy.embedded.supervisor import Supervisor, supervise\n"
        f"command = [sys.executable, '-c', {STAND_IN!r}, 'service', {str(diary.path)!r}, {ending!r}]\n"
        f"supervisor = Supervisor([[Child('service', command, ready=says('up'))]], Path({str(diary.path.parent)!r}), print)\n"
        "asyncio.run(supervise(supervisor, lambda: print('all ready', flush=True), print))\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=ROOT, stdout=PIPE)
    assert process.stdout
    try:
        async with asyncio.timeout(WITHIN):
            while b"all ready" not in await process.stdout.readline():
                pass
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
        await until(lambda: not alive(diary.pid("service")))


async def test_children_die_with_a_killed_supervisor(diary: Diary) -> None:
    async with supervised(diary, "stops") as supervisor:
        supervisor.kill()
    assert diary.story == ["start service"]


async def test_a_second_request_to_stop_is_harder(diary: Diary) -> None:
    async with supervised(diary, "goes on") as supervisor:
        supervisor.send_signal(signal.SIGINT)
        await until(lambda: "stop service" in diary.story)
        supervisor.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(supervisor.wait(), 5) == 0


def test_a_taken_port_is_named_with_what_to_do() -> None:
    base = 21_000
    with socket.create_server(("127.0.0.1", Ports(base).of("intake"))), pytest.raises(CannotStart) as reason:
        check_ports(Ports(base), within=0)
    assert str(reason.value) == "another program has port 21001 (intake); stop it, or choose other ports: --base-port 31000"


def test_a_second_platform_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(CannotStart, match="already runs"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_a_log_is_bounded_while_its_child_goes_on_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LOG_BYTES", 10)
    log = Log(tmp_path, "service")
    with log.path.open("ab", buffering=0) as output:
        output.write(b"more than ten bytes\n")
        log.bound()
        output.write(b"and on\n")
    assert log.lines() == ["and on"]
    assert (tmp_path / "service.log.1").read_text() == "more than ten bytes\n"
