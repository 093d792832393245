"""The one clock of a service's facts and dates: the machine's, or in a simulation a file that all processes read.

Tokens, time-outs, leases and retries of a broken machine stay on real time.
"""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORMAT = struct.Struct("<q")
"""Microseconds since 1970: eight bytes, which a processor writes at once."""


class Clock:
    """Tells the moment of logging, in UTC: the machine's."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)


class SimulatedClock(Clock):
    """A clock that stands still until the simulator sets it: one memory-mapped file for all processes. For demonstrations only."""

    def __init__(self, file: Path, start: datetime | None = None) -> None:
        """Open the file; `start` makes it. Raises OSError where there is none."""
        if start is not None:
            file.write_bytes(_packed(start))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), FORMAT.size)

    def now(self) -> datetime:
        return EPOCH + timedelta(microseconds=FORMAT.unpack_from(self._memory)[0])

    def set(self, moment: datetime) -> None:
        """From now on it is then, for every process that reads this file."""
        self._memory[:] = _packed(moment)


def _packed(moment: datetime) -> bytes:
    return FORMAT.pack((moment - EPOCH) // timedelta(microseconds=1))


def clock(file: Path | None) -> Clock:
    """The clock of a process: the simulation's where its settings name one."""
    return SimulatedClock(file) if file else Clock()
