"""Ports that stay the same when what listens on them is killed and started again."""

import socket
from contextlib import suppress
from secrets import choice

NOT_GIVEN_OUT = range(10_100, 18_000)
"""Below those that systems give to whoever connects: a port that is free now is not taken by a client before its server starts. And above
10080, which no browser opens."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on now; drawn, so that two who look at the same moment find two."""
    while True:
        port = choice(NOT_GIVEN_OUT)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
