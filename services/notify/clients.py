"""Mail out: one message to one mailbox over SMTP, and what came of it in the words that retries go by."""

import ssl
from email.message import EmailMessage
from email.policy import SMTP as SMTP_FORMAT
from enum import StrEnum

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from services.notify.settings import Settings


class Outcome(StrEnum):
    """What came of an attempt."""

    DELIVERED = "delivered"
    """The server took it: from then on it is the server's."""
    REFUSED = "refused"
    """The server will never take it for this mailbox (5xx): trying again is of no use."""
    DEFERRED = "deferred"
    """Not now (4xx): greylisting, a full mailbox."""
    SERVER_REFUSES = "server_refuses"
    """The server does not deal with us: a wrong password, no encryption. That is ours to mend, so it is tried again."""
    UNREACHABLE = "unreachable"
    """It did not answer, or broke off before it had the message."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """It broke off after it had the message: sent again under the same Message-ID, so that mail programs show it once."""


class Mail:
    """Hands messages to the one mail server there is. Never raises for what a server or a network does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tls: ssl.SSLContext | None = None

    async def send(self, message: EmailMessage) -> Outcome:
        """Try once; the recipient is the one in `To`."""
        server = self._server()
        try:
            await server.connect()
        except SMTPResponseException as answer:
            return Outcome.DEFERRED if _is_for_now(answer) else Outcome.SERVER_REFUSES
        except ssl.SSLError:
            return Outcome.SERVER_REFUSES
        except OSError:  # whatever breaks off or takes too long
            return Outcome.UNREACHABLE
        except SMTPException:  # it offers no encryption, or no login that we know
            return Outcome.SERVER_REFUSES
        try:
            return await self._hand_over(server, message)
        finally:
            server.close()

    def _server(self) -> SMTP:
        told = self._settings
        if told.smtp_starttls and self._tls is None:
            self._tls = ssl.create_default_context(cafile=told.smtp_ca)
        return SMTP(
            hostname=told.smtp_host,
            port=told.smtp_port,
            start_tls=told.smtp_starttls,
            tls_context=self._tls,
            username=told.smtp_username,
            password=told.smtp_password.get_secret_value() if told.smtp_password else None,
            timeout=told.smtp_timeout,
        )

    async def _hand_over(self, server: SMTP, message: EmailMessage) -> Outcome:
        try:
            await server.mail(self._settings.mail_from)
        except SMTPResponseException as answer:
            return Outcome.DEFERRED if _is_for_now(answer) else Outcome.SERVER_REFUSES
        except OSError:
            return Outcome.UNREACHABLE
        handed_over = False
        try:
            await server.rcpt(str(message["To"]))
            handed_over = True
            await server.data(message.as_bytes(policy=SMTP_FORMAT))
        except SMTPResponseException as answer:
            return Outcome.DEFERRED if _is_for_now(answer) else Outcome.REFUSED
        except OSError:
            return Outcome.OUTCOME_UNKNOWN if handed_over else Outcome.UNREACHABLE
        return Outcome.DELIVERED


def _is_for_now(answer: SMTPResponseException) -> bool:
    return answer.code < 500
