"""Memory of processes as the machine feels it: PSS counts a shared page once, split over those that share it."""

from collections import Counter
from collections.abc import Mapping

import psutil


def pss_by_part(pid: int) -> Mapping[str, int]:
    """Bytes of a process and all below it, summed by part: `services.intake`, `deploy.embedded.broker`, `postgres`. Linux only."""
    parts: Counter[str] = Counter()
    root = psutil.Process(pid)
    for process in [root, *root.children(recursive=True)]:
        try:
            parts[_part(process)] += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return parts


def _part(process: psutil.Process) -> str:
    command = process.cmdline()
    if "-m" in command:
        return command[command.index("-m") + 1]
    return process.name() if not command or process.name().startswith("postgres") else command[0].rpartition("/")[2]
