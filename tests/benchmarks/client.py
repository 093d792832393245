"""Sends requests to a door over some connections that stay open, each the next one when it has its answer; says how long all took.

A client of our own, for a general one costs more processor time per request than the doors do, on the same two cores.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import uvloop


async def run(port: int, connections: int, requests: Iterator[bytes]) -> tuple[float, Counter[str]]:
    """Send all; returns the seconds that it took and how many answers of each status there were."""
    answers: Counter[str] = Counter()
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]

    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for request in requests:  # one iterator for all: whoever is free takes the next
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            answers[head.split(b" ", 2)[1].decode()] += 1

    begun = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for stream in streams:
            tasks.create_task(send(*stream))
    seconds = perf_counter() - begun
    for _, writer in streams:
        writer.close()
    return seconds, answers


def _length(head: bytes) -> int:
    return next(int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))


def main(port: int, connections: int, file: Path, headers: dict[str, str]) -> None:
    """Each line of the file is a body."""
    said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    bodies = file.read_bytes().splitlines()
    requests = [f"POST /v1/gebeurtenissen HTTP/1.1\r\nHost: bench\r\n{said}Content-Length: {len(b)}\r\n\r\n".encode() + b for b in bodies]
    seconds, answers = uvloop.run(run(port, connections, iter(requests)))
    print(json.dumps([seconds, answers]))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), json.load(sys.stdin))
