"""`passend up`: checks that it can start, starts everything, and says where it is."""

import argparse
import asyncio
import errno
import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.processes import BASE_PORT, HOST, ROOT, Ports, stages
from deploy.embedded.supervisor import Supervisor, say, supervise

PORT_FREE_WITHIN = 3.0
"""Seconds that the processes of a killed supervisor get to let go of their ports."""
EXAMPLE = ROOT / "contracts" / "passend_contracts" / "events" / "support_requested" / "examples" / "plain-support-requested.json"
BOARD = "bg41234"
STOPPING = "Ctrl-C stops everything; the next start continues."


class CannotStart(RuntimeError):
    """Nothing was started; the message says why and what to do."""


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the directory for this process; raises `CannotStart` when another platform runs in it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(f"a platform already runs in {directory} (process {lock.read()}); stop it, or give another --dir") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_ports(ports: Ports, within: float = PORT_FREE_WITHIN) -> None:
    """Raise `CannotStart`, naming every port that another program still has after so many seconds."""
    end = time.monotonic() + within
    while taken := [f"{port} ({name})" for name, port in ports.all.items() if _taken(port)]:
        if time.monotonic() > end:
            other = ports.base + 10_000 if ports.base < 50_000 else BASE_PORT
            raise CannotStart(f"another program has port {', '.join(taken)}; stop it, or choose other ports: --base-port {other}")
        time.sleep(0.1)


def _taken(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise CannotStart(f"port {port}: {error.strerror}") from error
        return True
    return False


def welcome(ports: Ports) -> str:
    """The addresses, and a request to send."""
    passend = _shown(Path(sys.executable).with_name("passend"))
    case = json.loads(EXAMPLE.read_text(encoding="utf-8"))["subject"]
    shifted = "" if ports.base == BASE_PORT else f" --base-port {ports.base}"
    return f"""
Console      {ports.url("console")}
Contracts    {ports.url("console")}/contracten/, every event: what it means, its schema, examples, who tells whom what
Boards       {ports.url("intake")}/v1/gebeurtenissen
Gemeenten    {ports.url("jgt_bridge")}/v1/gebeurtenissen
SWV office   {ports.url("placement")}, with the key that `passend token swv2801` prints
Mail         {ports.url("mail")}, what the platform mails: who is on call takes a crisis up there

Send a child's request as board {BOARD}, then follow it:
  curl -sS {ports.url("intake")}/v1/gebeurtenissen -H 'Content-Type: application/cloudevents+json' \\
    -H "Authorization: Bearer $({passend} token {BOARD}{shifted})" --data-binary @{_shown(EXAMPLE)}
  {passend} trace {case}{shifted}
Or let a few invented cases come by: {passend} demo{shifted}"""


def _shown(path: Path) -> str:
    """The path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def main() -> int:
    """Run the platform until it is told to stop."""
    arguments = argparse.ArgumentParser(prog="passend up")
    arguments.add_argument("--dir", type=Path, default=Path(".passend"))
    arguments.add_argument("--base-port", type=int, default=BASE_PORT)
    arguments.add_argument("--simulated", action="store_true", help="by the clock that the directory holds")
    arguments.add_argument("--lively", action="store_true", help="with invented children who come by all the time")
    options = arguments.parse_args()
    directory, ports = options.dir.resolve(), Ports(options.base_port)
    try:
        with only_one(directory):
            check_ports(ports)
            supervisor = Supervisor(stages(directory, ports, simulated=options.simulated, lively=options.lively), directory / "logs", say)
            asyncio.run(supervise(supervisor, lambda: say(f"{welcome(ports)}\n{STOPPING}"), say))
    except CannotStart as reason:
        print(f"passend: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
