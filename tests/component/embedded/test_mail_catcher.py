"""The demonstration's mail server: nothing without encryption and login, the last 500 mails, nothing of them a program on the page."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from deploy.embedded import mail_login
from deploy.embedded.mail_catcher import KEPT, MailCatcher
from tests.component.waiting import until
from tests.pairs.ports import free_port
from tests.running import PATIENCE

ROOT = Path(__file__).parents[3]


@dataclass
class Running:
    """A catcher as `make up` starts it."""

    directory: Path
    smtp: int
    page: str

    async def send(self, mail: EmailMessage, *, password: str | None = None) -> None:
        tls = ssl.create_default_context(cafile=mail_login.certificate(self.directory))
        await aiosmtplib.send(
            mail,
            hostname="127.0.0.1",
            port=self.smtp,
            start_tls=True,
            tls_context=tls,
            username=mail_login.USER,
            password=password or mail_login.password(self.directory),
        )

    async def shown(self, path: str = "/") -> str:
        async with httpx.AsyncClient(trust_env=False) as http:
            try:
                return (await http.get(self.page + path)).text
            except httpx.TransportError:
                return ""


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[Running]:
    smtp, page = free_port(), free_port()
    command = ("-m", "deploy.embedded.mail_catcher", "--dir", str(tmp_path), "--smtp-port", str(smtp), "--page-port", str(page))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT)
    running = Running(tmp_path, smtp, f"http://127.0.0.1:{page}")
    await until(running.shown, bool, PATIENCE)
    yield running
    process.terminate()
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


def a_mail(subject: str = "Er wacht iets op u", to: str = "directeur@swv.example", text: str = "http://127.0.0.1/x") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "noreply@passend.example", to, subject
    mail.set_content(text)
    return mail


async def test_what_was_mailed_is_shown_to_everybody_and_by_mailbox(catcher: Running) -> None:
    assert "Nog geen post" in await catcher.shown()
    await catcher.send(a_mail())
    await catcher.send(a_mail("Een ander", to="crisis@swv.example", text="<script>alert(1)</script>"))
    everything = await catcher.shown()
    assert everything.index("Een ander") < everything.index("Er wacht iets op u"), "the newest first"
    assert '<a href="http://127.0.0.1/x">' in everything
    assert "<script>" not in everything
    assert "Een ander" not in await catcher.shown("/?aan=directeur@swv.example")


async def test_nobody_hands_in_without_encryption_or_login(catcher: Running) -> None:
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await catcher.send(a_mail(), password="another")
    with pytest.raises(aiosmtplib.SMTPResponseException):
        await aiosmtplib.send(a_mail(), hostname="127.0.0.1", port=catcher.smtp, start_tls=False)
    assert "Nog geen post" in await catcher.shown()


def test_only_the_last_five_hundred_are_kept(tmp_path: Path) -> None:
    caught = MailCatcher(tmp_path).caught
    assert caught.mails.maxlen == KEPT == 500
