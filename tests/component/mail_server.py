"""A mail server on a real address, with encryption and login, that can be away, refuse, put off, and break off after it has a message."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.embedded.certificate import own_certificate
from tests.pairs.ports import free_port
from tests.running import PATIENCE

USER, PASSWORD = "passend", "invented"
MAIL_FROM = "noreply@passend.example"


@dataclass(eq=False)
class MailServer:
    """Keeps what it took (`mails`) between `start` and `stop`, always on the same port."""

    directory: Path
    port: int = field(default_factory=free_port)
    answer: str = "250 OK"
    """What it says to a recipient."""
    breaks_off: bool = False
    """Whether it ends the connection when it has taken a message, without a word."""
    hangs: bool = False
    """Whether it takes a message and then says nothing, until it breaks off."""
    password: str = PASSWORD
    mails: list[EmailMessage] = field(default_factory=list)
    attempts: int = 0
    """How often it was given a recipient."""

    def __post_init__(self) -> None:
        self.certificate, key = own_certificate(self.directory)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(self.certificate, key)
        self._server: asyncio.Server | None = None
        self._came = asyncio.Condition()

    @property
    def settings(self) -> dict[str, Any]:
        """What notify is told of it."""
        told = {"host": "127.0.0.1", "port": self.port, "ca": self.certificate, "username": USER, "password": PASSWORD}
        return {**{f"smtp_{name}": value for name, value in told.items()}, "mail_from": MAIL_FROM}

    async def start(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.example",
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=self._authenticated,
        )

    def _authenticated(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        good = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), self.password.encode())
        return AuthResult(success=good, handled=good)

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        async with self._came:
            self.attempts += 1
            self._came.notify_all()
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        async with self._came:
            self.mails.append(message_from_bytes(content, policy=default))
            self._came.notify_all()
        while self.hangs:  # noqa: ASYNC110 -- who is killed meanwhile ends the connection, and this with it
            await asyncio.sleep(0.02)
        if self.breaks_off and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What it took for that mailbox."""
        return [mail for mail in self.mails if mail["To"] == address]

    async def until(self, enough: Callable[["MailServer"], bool]) -> None:
        """Wait until it is as a test waits for it."""
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(lambda: enough(self))

    async def received(self, address: str, *, times: int = 1) -> EmailMessage:
        """The last message for that mailbox, once so many came."""
        await self.until(lambda _: len(self.to(address)) >= times)
        return self.to(address)[times - 1]


def link_in(mail: EmailMessage) -> str:
    """The link of a message, without the host."""
    text = str(mail.get_content())
    [link] = [line for line in text.splitlines() if line.startswith("http")]
    return "/" + link.split("/", 3)[3]
