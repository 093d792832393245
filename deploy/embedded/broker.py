"""Kafka's protocol without Kafka: the in-process cluster of librdkafka, which the confluent-kafka wheel carries, on a fixed port.

It keeps its log in memory and only the last 5 MB of a partition: README.md says what follows from that.
"""

import argparse
import ctypes
import json
import os
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ctypes import c_char_p, c_int, c_int32, c_size_t, c_void_p
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from passend_contracts import catalogue

from deploy.embedded import java_port
from deploy.embedded.parent import die_with_parent
from deploy.kafka.topics import Topics, topics_of
from services.chassis.region import load

HOST = "127.0.0.1"
PRODUCER = 0  # RD_KAFKA_PRODUCER
COPY = 2  # RD_KAFKA_MSG_F_COPY
BROKER = 1  # the only one
FLUSH_MS = 5_000


class LibraryRefused(RuntimeError):
    """librdkafka did not do what it was asked; the message names the call."""


def librdkafka() -> ctypes.CDLL:
    """The library inside the wheel, with the signatures of the calls made here (its Python module is not imported: 10 MB)."""
    package = find_spec("confluent_kafka")
    if package is None or package.origin is None:
        raise LibraryRefused("confluent-kafka is not installed")
    library = ctypes.CDLL(str(next(Path(package.origin).parent.with_name("confluent_kafka.libs").glob("librdkafka*.so*"))))
    for name, result, *arguments in (
        ("rd_kafka_conf_new", c_void_p),
        ("rd_kafka_conf_set", c_int, c_void_p, c_char_p, c_char_p, c_char_p, c_size_t),
        ("rd_kafka_new", c_void_p, c_int, c_void_p, c_char_p, c_size_t),
        ("rd_kafka_destroy", None, c_void_p),
        ("rd_kafka_mock_cluster_new", c_void_p, c_void_p, c_int),
        ("rd_kafka_mock_cluster_bootstraps", c_char_p, c_void_p),
        ("rd_kafka_mock_topic_create", c_int, c_void_p, c_char_p, c_int, c_int),
        ("rd_kafka_mock_broker_set_host_port", c_int, c_void_p, c_int32, c_char_p, c_int),
        ("rd_kafka_topic_new", c_void_p, c_void_p, c_char_p, c_void_p),
        ("rd_kafka_topic_destroy", None, c_void_p),
        ("rd_kafka_produce", c_int, c_void_p, c_int32, c_int, c_char_p, c_size_t, c_char_p, c_size_t, c_void_p),
        ("rd_kafka_flush", c_int, c_void_p, c_int),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Broker:
    """One broker whose log lives as long as this process.

    Its first record, on `passend.log-id`, is a random id: whoever finds another id there reads another, empty log. The
    fixed port answers only when that record and all topics are there. Topics nobody declared come into being when asked for
    (four partitions): the library has no switch for that.
    """

    def __init__(self, topics: Topics) -> None:
        self.log_id = str(uuid.uuid4())
        self._library = librdkafka()
        self._cluster = self._library.rd_kafka_mock_cluster_new(self._client(), 1)
        self._own = str(self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode())
        self._own_port = int(self._own.rpartition(":")[2])
        with self._woken():
            for name, partitions in {catalogue.LOG_ID_TOPIC: 1, **topics}.items():
                self._check(name, self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1))
        self._write_log_id()

    def serve(self, port: int) -> None:
        """Answer on that port from now on; raises OSError when it is taken.

        The cluster listens on a random port and cannot be told otherwise. Its listening descriptor is replaced by one that
        listens where we want: a forwarder in between would copy every byte through Python.
        """
        with socket.create_server((HOST, port), backlog=128) as listener, socket.create_connection((HOST, self._own_port)):
            listener.setblocking(False)
            with self._woken():
                self._check("host", self._library.rd_kafka_mock_broker_set_host_port(self._cluster, BROKER, HOST.encode(), port))
            os.dup2(listener.fileno(), self._listening_descriptor())
        # The end of our connection wakes the cluster's thread, which looks at the new socket from then on.

    @contextmanager
    def _woken(self) -> Iterator[None]:
        """Keep the cluster's thread awake: left alone it overlooks one call in a hundred until its next tick, a second later."""
        done = threading.Event()

        def knock() -> None:
            while not done.wait(0.005):
                socket.create_connection((HOST, self._own_port)).close()

        knocking = threading.Thread(target=knock)
        knocking.start()
        try:
            yield
        finally:
            done.set()
            knocking.join()

    def _client(self, options: Mapping[str, str] = MappingProxyType({})) -> int:
        configuration, reason = self._library.rd_kafka_conf_new(), ctypes.create_string_buffer(512)
        for name, value in {"log_level": "4", **options}.items():
            self._check(name, self._library.rd_kafka_conf_set(configuration, name.encode(), value.encode(), reason, len(reason)))
        client: int | None = self._library.rd_kafka_new(PRODUCER, configuration, reason, len(reason))
        if client is None:
            raise LibraryRefused(f"rd_kafka_new: {reason.value.decode()}")
        return client

    def _write_log_id(self) -> None:
        producer = self._client({"bootstrap.servers": self._own})
        topic, value = self._library.rd_kafka_topic_new(producer, catalogue.LOG_ID_TOPIC.encode(), None), self.log_id.encode()
        self._check("produce", self._library.rd_kafka_produce(topic, 0, COPY, value, len(value), None, 0, None))
        self._check("flush", self._library.rd_kafka_flush(producer, FLUSH_MS))
        self._library.rd_kafka_topic_destroy(topic)
        self._library.rd_kafka_destroy(producer)

    def _listening_descriptor(self) -> int:
        return next(descriptor for descriptor, port in _listening() if port == self._own_port)

    @staticmethod
    def _check(call: str, code: int) -> None:
        if code != 0:
            raise LibraryRefused(f"{call}: {code}")


def _listening() -> Iterator[tuple[int, int]]:
    """Descriptor and port of every socket on which this process listens."""
    for descriptor in (int(entry.name) for entry in Path("/proc/self/fd").iterdir()):
        try:
            copy = socket.socket(fileno=os.dup(descriptor))
        except OSError:  # a file, or the directory listing itself
            continue
        with copy:
            if copy.family == socket.AF_INET and copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield descriptor, copy.getsockname()[1]


def main() -> None:
    """Serve until SIGTERM or SIGINT, or until the parent is gone."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.embedded.broker")
    arguments.add_argument("--port", type=int, default=9092)
    arguments.add_argument("--java-port", type=int, help="where clients written in Java are served: see java_port.py")
    arguments.add_argument("--region", type=Path, required=True)
    options = arguments.parse_args()
    die_with_parent()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})  # before the library starts its threads
    topics = topics_of(load(options.region))
    broker = Broker(topics)
    try:
        broker.serve(options.port)
        if options.java_port:
            java_port.listen(options.java_port, options.port)
    except OSError as taken:
        sys.exit(f"broker: port {options.port}, or {options.java_port} for Java: {taken.strerror}")
    print(json.dumps({"event": "broker_ready", "port": options.port, "log_id": broker.log_id, "topics": len(topics)}), flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    os._exit(0)  # nothing to save, and the library's threads would be waited for


if __name__ == "__main__":
    main()
