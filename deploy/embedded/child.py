"""One child process: what it runs, by which fact it is ready, and how it is kept running until it is told to stop."""

import asyncio
import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.parent import die_with_parent

DELAYS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before a dead child is started again; the last one stays."""
STEADY_SECONDS = 30.0
"""A child that was ready this long starts again at the first delay."""
LOOK_EVERY = 0.05
LOG_BYTES = 10_000_000
EXCERPT_LINES = 6

Said = Callable[[str], None]
Hook = Callable[[], Awaitable[None]]


class Log:
    """Where a child writes: one file, the previous one beside it; never more than twice `LOG_BYTES`."""

    def __init__(self, directory: Path, name: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / f"{name}.log"
        self._previous = directory / f"{name}.log.1"
        self._start = 0

    def mark(self) -> None:
        """A new process writes from here."""
        self._start = self.path.stat().st_size if self.path.exists() else 0

    def rotate(self) -> None:
        """Begin a new file."""
        if self.path.exists():
            self.path.replace(self._previous)

    def bound(self) -> None:
        """Empty the file when it is full. The child keeps writing to it, so a line written meanwhile can be lost."""
        if self.path.exists() and self.path.stat().st_size > LOG_BYTES:
            shutil.copyfile(self.path, self._previous)
            os.truncate(self.path, 0)

    def lines(self) -> list[str]:
        """What the present process wrote, as far as it is still there."""
        with self.path.open("rb") as file:
            file.seek(self._start if self._start <= self.path.stat().st_size else 0)
            return file.read().decode("utf-8", "replace").splitlines()


Fact = Callable[[Log], Awaitable[bool]]
"""Asked whether a child is ready; given the log it writes."""


@dataclass(frozen=True)
class Child:
    """What a child runs. `ready` is asked until it says yes; `falls_with` names the child whose death stops this one too."""

    name: str
    command: Sequence[str]
    ready: Fact
    address: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    falls_with: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 15.0
    """Seconds it gets to stop before it is killed."""


def answers(url: str) -> Fact:
    """The fact that this address answers 200."""

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - an address of our own
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    return lambda _: asyncio.to_thread(ask)


def says(text: str) -> Fact:
    """The fact that the child has written a line with this text."""

    async def look(log: Log) -> bool:
        return any(text in line for line in log.lines())

    return look


def listens(port: int) -> Fact:
    """The fact that something listens on this port."""

    async def ask(_: Log) -> bool:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    return ask


class Keeper:
    """Keeps one child running: starts it, says when it is ready, starts it again with growing delays when it ends by itself.

    `fallen` is awaited when it has ended and before it starts again, `risen` whenever it is ready.
    """

    def __init__(self, child: Child, log: Log, say: Said, *, fallen: Hook, risen: Hook) -> None:
        self.child, self.log = child, log
        self.process: Process | None = None
        self._say, self._fallen, self._risen = say, fallen, risen
        self._stopping = asyncio.Event()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def kept(self) -> bool:
        """Whether it is to run."""
        return self._task is not None

    def start(self) -> None:
        """Begin keeping it."""
        if self._task is None:
            self._stopping.clear()
            self._ready.clear()
            self._task = asyncio.create_task(self._keep())

    async def ready(self) -> None:
        """Wait until it is ready."""
        await self._ready.wait()

    async def stop(self) -> None:
        """Tell it to stop, wait until it has, and kill it when its patience is over."""
        self._stopping.set()
        if self._task is not None:
            await self._task
            self._task = None

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def _keep(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            lasted = await self._run()
            if self._stopping.is_set():
                return
            attempt = 0 if lasted > STEADY_SECONDS else attempt
            delay = DELAYS[min(attempt, len(DELAYS) - 1)]
            attempt += 1
            self._say(f"{self.child.name} {self._how_it_ended()}; it starts again in {delay:g} s")
            for line in self.log.lines()[-EXCERPT_LINES:] if lasted == 0 else []:
                self._say(f"    {line}")
            await self._fallen()
            await _first(self._stopping.wait(), asyncio.sleep(delay))

    async def _run(self) -> float:
        """Run it once; returns for how many seconds it was ready, 0 for never."""
        process = self.process = await self._started()
        try:
            if not await self._becomes_ready(process):
                return 0.0
            since = time.monotonic()
            await _first(process.wait(), self._stopping.wait())
            return time.monotonic() - since
        finally:
            await self._end(process)

    async def _started(self) -> Process:
        self.log.mark()
        with self.log.path.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *self.child.command,
                env={**os.environ, **self.child.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # the terminal's Ctrl-C is for the supervisor, which stops all in order
                preexec_fn=die_with_parent,
            )

    async def _becomes_ready(self, process: Process) -> bool:
        while process.returncode is None and not self._stopping.is_set():
            if await self.child.ready(self.log) and process.returncode is None:
                self._say(f"{self.child.name:<11} ready  {self.child.address}".rstrip())
                self._ready.set()
                await self._risen()
                return True
            await _first(process.wait(), self._stopping.wait(), asyncio.sleep(LOOK_EVERY))
        return False

    async def _end(self, process: Process) -> None:
        if process.returncode is None:
            process.send_signal(self.child.stop_signal)
            await _first(process.wait(), asyncio.sleep(self.child.patience))
        if process.returncode is None:
            self._say(f"{self.child.name} did not stop within {self.child.patience:g} s and is killed")
            process.kill()
        await process.wait()

    def _how_it_ended(self) -> str:
        code = self.process.returncode if self.process else None
        return f"was killed by {signal.Signals(-code).name}" if code is not None and code < 0 else f"ended with {code}"


async def _first(*either: Awaitable[object]) -> None:
    """Wait for the first of these, and let go of the others."""
    tasks = [asyncio.ensure_future(one) for one in either]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module of this product with this Python."""
    return [sys.executable, "-m", name, *arguments]
