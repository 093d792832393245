"""TCP proxies before Kafka: one cuts off some produce requests, with or without their effect; the other is a cable to be pulled."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from random import Random

from tests.faults.service import PATIENCE

PRODUCE = 0
HEAD = struct.Struct(">ih")
"""What every request begins with: its length without these four bytes, and its kind."""


@dataclass
class Flaky:
    """Forwards to a port, except for a share of the produce requests, which it counts."""

    port: int
    share: float
    random: Random
    cut: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def connected(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it, or a cut."""
        server, to_server = await asyncio.open_connection("127.0.0.1", self.port)
        ways = {asyncio.create_task(self._requests(client, to_server)), asyncio.create_task(_answers(server, to_client))}
        await _until_one_ends(ways, to_client, to_server)

    async def was_cut(self, times: int) -> None:
        """Wait until so many produce requests were cut off."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: self.cut >= times)

    async def _requests(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while True:
            head = await client.readexactly(HEAD.size)
            length, kind = HEAD.unpack(head)
            request = head + await client.readexactly(length - 2)
            cut = kind == PRODUCE and self.random.random() < self.share
            if not cut or self.random.random() < 0.5:
                to_server.write(request)
                await to_server.drain()
            if cut:
                async with self._changed:
                    self.cut += 1
                    self._changed.notify_all()
                return


@dataclass
class Cable:
    """Forwards to a port; pulled out, it keeps what comes in, from both sides, until it is put back: nobody is told that nobody listens."""

    port: int
    _whole: asyncio.Event = field(default_factory=asyncio.Event)

    async def connected(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        server, to_server = await asyncio.open_connection("127.0.0.1", self.port)
        ways = {asyncio.create_task(self._carry(client, to_server)), asyncio.create_task(self._carry(server, to_client))}
        await _until_one_ends(ways, to_client, to_server)

    def pull(self) -> None:
        self._whole.clear()

    def put_back(self) -> None:
        """What was kept is delivered now, late, as TCP does."""
        self._whole.set()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self._whole.wait()
            writer.write(data)
            await writer.drain()


async def _until_one_ends(ways: set[asyncio.Task[None]], *writers: asyncio.StreamWriter) -> None:
    with ExitStack() as stack:
        for writer in writers:
            stack.enter_context(closing(writer))
        _, other = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in other:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def flaky(told: int, real: int, *, share: float, random: Random) -> AsyncIterator[Flaky]:
    """The proxy, listening on the port that the broker tells its clients."""
    proxy = Flaky(real, share, random)
    async with await asyncio.start_server(proxy.connected, "127.0.0.1", told):
        yield proxy


@asynccontextmanager
async def cable(told: int, real: int) -> AsyncIterator[Cable]:
    """The cable, put in, to the port that the broker tells its clients."""
    proxy = Cable(real)
    proxy.put_back()
    async with await asyncio.start_server(proxy.connected, "127.0.0.1", told):
        yield proxy
