"""A port beside the embedded broker's for clients written in Java, which its cluster keeps waiting for twenty minutes.

A client first asks which versions of the protocol a broker speaks. Java's asks in version 3 or later of that question; librdkafka's cluster
refuses in a form that says, read as Java does, "ask again in 1,179 seconds". Here that refusal is given as Kafka gives it, and all else is
passed on. Where an answer names the broker's address, this port stands in its place, so that a client stays here.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

HOST = "127.0.0.1"
METADATA, FIND_COORDINATOR, API_VERSIONS = 3, 10, 18
LAST_VERSION = 2
"""Of that question, as far as the cluster understands it."""
LENGTH = struct.Struct(">i")
HEAD = struct.Struct(">hhi")
"""What a request begins with: kind, version, and the number that its answer bears."""
REFUSAL = struct.Struct(">ihihhh")
UNSUPPORTED_VERSION = 35


def listen(port: int, broker: int) -> None:
    """Serve clients on that port from now on, each with two threads; raises OSError when it is taken."""
    listener = socket.create_server((HOST, port), backlog=128)
    Thread(target=_accept, args=(listener, broker), daemon=True).start()


def _accept(listener: socket.socket, broker: int) -> None:
    while True:
        client, _ = listener.accept()
        Thread(target=_serve, args=(client, broker), daemon=True).start()


def _serve(client: socket.socket, broker: int) -> None:
    """One client, until it or the broker goes."""
    here: int = client.getsockname()[1]
    naming = set[int]()
    theirs, ours = (HOST.encode() + LENGTH.pack(port) for port in (broker, here))
    with client, socket.create_connection((HOST, broker)) as server:
        answering = Thread(target=_answers, args=(server, client, naming, theirs, ours), daemon=True)
        answering.start()
        _requests(client, server, naming)
        answering.join()


def _requests(client: socket.socket, broker: socket.socket, naming: set[int]) -> None:
    """Pass requests on until the client goes; `naming` gets the numbers of those whose answer names an address."""
    with _ends(client, broker):
        while message := _message(client):
            kind, version, number = HEAD.unpack_from(message, LENGTH.size)
            if kind == API_VERSIONS and version > LAST_VERSION:
                client.sendall(LENGTH.pack(REFUSAL.size) + REFUSAL.pack(number, UNSUPPORTED_VERSION, 1, API_VERSIONS, 0, LAST_VERSION))
                continue
            if kind in {METADATA, FIND_COORDINATOR}:
                naming.add(number)
            broker.sendall(message)


def _answers(broker: socket.socket, client: socket.socket, naming: set[int], theirs: bytes, ours: bytes) -> None:
    """Pass answers on until the broker goes."""
    with _ends(client, broker):
        while message := _message(broker):
            (number,) = LENGTH.unpack_from(message, LENGTH.size)
            client.sendall(message.replace(theirs, ours) if number in naming else message)
            naming.discard(number)


@contextmanager
def _ends(*sides: socket.socket) -> Iterator[None]:
    """Whichever side goes first, and however, the other one goes too, and so both threads end."""
    with suppress(OSError):
        yield
    for side in sides:
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


def _message(sender: socket.socket) -> bytes:
    """The next message with its length before it; empty at the end."""
    length = sender.recv(LENGTH.size, socket.MSG_WAITALL)
    return length + sender.recv(LENGTH.unpack(length)[0], socket.MSG_WAITALL) if len(length) == LENGTH.size else b""
