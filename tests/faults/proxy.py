"""A TCP proxy before Kafka that cuts the connection of some produce requests: half of them unsent, half without their answer."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from random import Random

PRODUCE = 0
HEAD = struct.Struct(">ih")
"""What every request begins with: its length without these four bytes, and its kind."""


@dataclass
class Flaky:
    """Forwards to a port; `failed` counts the produce requests that it cut off, `let_through` the others."""

    port: int
    share: float
    random: Random
    failed: int = 0
    let_through: int = 0

    async def connected(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it, or a cut."""
        server, to_server = await asyncio.open_connection("127.0.0.1", self.port)
        with closing(to_client), closing(to_server), suppress(ConnectionError, asyncio.IncompleteReadError):
            async with asyncio.TaskGroup() as both:
                answers = both.create_task(_copy(server, to_client))
                await self._requests(client, to_server)
                answers.cancel()

    async def _requests(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while True:
            head = await client.readexactly(HEAD.size)
            length, kind = HEAD.unpack(head)
            request = head + await client.readexactly(length - 2)
            fails = kind == PRODUCE and self.random.random() < self.share
            self.failed += fails
            self.let_through += kind == PRODUCE and not fails
            if fails and self.random.random() < 0.5:
                return
            to_server.write(request)
            await to_server.drain()
            if fails:
                return


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    raise ConnectionResetError


@asynccontextmanager
async def flaky(told: int, real: int, *, share: float, random: Random) -> AsyncIterator[Flaky]:
    """The proxy, listening on the port that the broker tells its clients."""
    proxy = Flaky(real, share, random)
    async with await asyncio.start_server(proxy.connected, "127.0.0.1", told):
        yield proxy
