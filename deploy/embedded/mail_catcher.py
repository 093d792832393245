"""A mail server that delivers to nobody: it takes what the platform mails, with real encryption and login, and shows it on a page.

FOR DEMONSTRATION ONLY. It answers on this machine's own address, or in a container whose port
deploy/compose.yaml publishes there; keeps the last 500 mails in memory, and forgets them when it stops.
"""

import argparse
import asyncio
import signal
import ssl
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.embedded import mail_login
from deploy.embedded.certificate import HOST, own_certificate

KEPT = 500
LARGEST = 1_000_000
META = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #5a646f; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --soft: #a9b2bc; --link: #8fbcf2; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
h1 { font-size: 1.5rem; font-weight: 500; margin: 0; }
article { border-top: 1px solid var(--line); padding: 1rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.0625rem; font-weight: 500; margin: 0; }
.note, header { color: var(--soft); }
a { color: var(--link); }
pre { white-space: pre-wrap; font: inherit; margin: .5rem 0 0; }
summary { cursor: pointer; }
"""
NOTHING = "<p>Nog geen post. <span lang='en'>No mail yet.</span></p>"
NOTE = "Post van het platform. Niets hiervan gaat echt weg. / What the platform mails; nothing of it really leaves."


@dataclass
class Caught:
    """The last mails, newest first, and when each came."""

    mails: deque[tuple[datetime, EmailMessage]] = field(default_factory=lambda: deque(maxlen=KEPT))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd calls it so
        """Keep a mail."""
        if not isinstance(envelope.content, bytes):
            return "554 Not a mail"
        self.mails.appendleft((datetime.now(UTC), message_from_bytes(envelope.content, policy=default)))
        return "250 Kept"

    def page(self, mailbox: str | None) -> str:
        """What came, for everybody or for one mailbox; the newest is unfolded."""
        chosen = [(at, mail) for at, mail in self.mails if mailbox in {None, mail["To"]}]
        shown = "".join(_article(at, mail, unfolded=n == 0) for n, (at, mail) in enumerate(chosen)) or NOTHING
        all_of_them = '<p><a href="/">Alle post / All mail</a></p>' if mailbox else ""
        head = f"{META}<title>Post</title><style>{STYLE}</style>"
        heading = f'<h1>Post</h1><p class="note">{NOTE}</p>{all_of_them}'
        return f'<!doctype html><html lang="nl"><head>{head}</head><body>{heading}{shown}</body></html>'


def _article(at: datetime, mail: EmailMessage, *, unfolded: bool) -> str:
    to = escape(str(mail["To"]))
    header = f'<header>{at.astimezone():%H:%M:%S} aan <a href="/?aan={to}">{to}</a></header>'
    text = f"<pre>{_with_links(str(mail.get_content()))}</pre>"
    summary = f"<summary><h2 style='display:inline'>{escape(str(mail['Subject']))}</h2></summary>"
    return f"<article>{header}<details{' open' if unfolded else ''}>{summary}{text}</details></article>"


def _with_links(text: str) -> str:
    return "\n".join(
        f'<a href="{escape(line)}">{escape(line)}</a>' if line.startswith("http") else escape(line) for line in text.splitlines()
    )


class MailCatcher:
    """The mail server and its page, on two ports of this machine."""

    def __init__(self, directory: Path) -> None:
        certificate, key = own_certificate(directory)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(certificate, key)
        self._password = mail_login.password(directory)
        self.caught = Caught()

    def smtp(self) -> SMTP:
        """One connection of a client: nothing is taken before it is encrypted and the client has logged in."""
        return SMTP(
            self.caught,
            hostname="mail.demonstration.example",
            data_size_limit=LARGEST,
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=self._authenticated,
        )

    def _authenticated(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        good = isinstance(given, LoginPassword) and (given.login, given.password) == (mail_login.USER.encode(), self._password.encode())
        return AuthResult(success=good, handled=good)

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One look at the page: whatever is asked, this is the answer."""
        try:
            async with asyncio.timeout(5):
                request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = request.split(" ")[1] if request.count(" ") > 1 else "/"
            mailbox = parse_qs(urlsplit(target).query).get("aan", [None])[0]
            writer.write(_answer(self.caught.page(mailbox).encode()))
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # who does not finish asking gets no answer
        finally:
            writer.close()


def _answer(body: bytes) -> bytes:
    headers: Iterable[str] = (
        "HTTP/1.1 200 OK",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Content-Security-Policy: default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return "\r\n".join(headers).encode() + b"\r\n\r\n" + body


async def serve(directory: Path, host: str, smtp_port: int, page_port: int) -> None:
    """Serve until SIGTERM."""
    catcher, loop, stop = MailCatcher(directory), asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    smtp = await loop.create_server(catcher.smtp, host, smtp_port)
    page = await asyncio.start_server(catcher.http, host, page_port)
    await stop.wait()
    smtp.close()
    page.close()


def main() -> None:
    """Run as a process of its own."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.embedded.mail_catcher")
    arguments.add_argument("--dir", type=Path, required=True)
    arguments.add_argument("--smtp-port", type=int, required=True)
    arguments.add_argument("--page-port", type=int, required=True)
    arguments.add_argument("--contained", action="store_true", help="answer on every address of a container, published on 127.0.0.1 only")
    options = arguments.parse_args()
    host = "0.0.0.0" if options.contained else HOST  # noqa: S104 -- see above
    asyncio.run(serve(options.dir, host, options.smtp_port, options.page_port))


if __name__ == "__main__":
    main()
