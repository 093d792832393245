"""A child never outlives the supervisor, not even one that was killed: the kernel is asked to see to it."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent(with_signal: signal.Signals = signal.SIGKILL) -> None:
    """Send this process that signal when its parent ends. Survives exec, not a change of user. Linux only; elsewhere nothing."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    _libc.prctl(PR_SET_PDEATHSIG, with_signal)
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), with_signal)
