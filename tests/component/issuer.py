"""An identity provider on a real address, for tests: it publishes keys, signs whatever a test asks, and can fail in every way."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from tests.pairs.ports import free_port
from tests.running import PATIENCE

AUDIENCE = "passend"


def a_key(kid: str = "first") -> ECKey:
    return ECKey.import_key(ECKey.generate_key("P-256").as_dict(private=True), {"kid": kid})


def compact(header: Mapping[str, Any], claims: Any, sign: Callable[[bytes], bytes]) -> str:
    """A token as it is sent; whatever the header says, `sign` decides: libraries refuse to write what an attacker would."""
    unsigned = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    return b".".join((unsigned, _encoded(sign(unsigned)))).decode()


def signed_with(key: ECKey) -> Callable[[bytes], bytes]:
    return lambda unsigned: JWSRegistry.algorithms["ES256"].sign(unsigned, key)


def _encoded(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


class Issuer:
    """Answers `GET /jwks.json` between `start` and `stop`, always on the same port, and counts how often it was asked."""

    def __init__(self) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.key = a_key()
        self.published = [self.key]
        self.fetches = 0
        self.broken = False
        """Answers, but not with keys."""
        self.answers = asyncio.Event()
        """Cleared, it takes requests and hangs."""
        self.answers.set()
        self._server: asyncio.Server | None = None
        self._arrived = asyncio.Condition()

    @property
    def settings(self) -> dict[str, str]:
        """What a service is told of it."""
        return {"jwks_url": f"{self.url}/jwks.json", "issuer": self.url}

    def claims(self, party: str, **changed: Any) -> dict[str, Any]:
        """What a good token says; a change to None takes a claim away."""
        good = {"iss": self.url, "aud": AUDIENCE, "sub": party, "exp": int(time.time()) + 900}
        return {name: value for name, value in {**good, **changed}.items() if value is not None}

    def token(self, party: str, *, key: ECKey | None = None, header: Mapping[str, Any] | None = None, **changed: Any) -> str:
        """A token of that party, signed with our key or another; `header` and claims are added to a good token's."""
        key = key or self.key
        return compact({"alg": "ES256", "kid": key.kid, **(header or {})}, self.claims(party, **changed), signed_with(key))

    async def start(self) -> None:
        host, port = self.url.removeprefix("http://").split(":")
        self._server = await asyncio.start_server(self._answer, host, int(port))

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def asked(self, *, times: int) -> None:
        """Wait until the keys were asked for so often."""
        async with asyncio.timeout(PATIENCE), self._arrived:
            await self._arrived.wait_for(lambda: self.fetches >= times)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            async with self._arrived:
                self.fetches += 1
                self._arrived.notify_all()
            await self.answers.wait()
            body = json.dumps({} if self.broken else {"keys": [key.as_dict(private=False) for key in self.published]}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
        finally:
            writer.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
