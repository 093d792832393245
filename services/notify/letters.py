"""What a message says: its template, the link in it, and the headers by which mail programs know it."""

from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from string import Template
from typing import Any

from sqlalchemy import Row

from services.notify.domain.message import About
from services.notify.settings import Settings

TEMPLATES = {about: (Path(__file__).parent / "templates" / f"{about}.txt").read_text(encoding="utf-8") for about in About}
MARGIN = timedelta(seconds=10)


class Letters:
    """Writes messages from their rows: the same row gives the same letter under the same Message-ID."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def within(self) -> timedelta:
        """How long an attempt can take at most: connecting, introducing oneself, handing over."""
        return timedelta(seconds=8 * self._settings.smtp_timeout) + MARGIN

    def write(self, row: Row[Any]) -> EmailMessage:
        """The letter of a delivery."""
        subject, _, body = TEMPLATES[About(row.about)].partition("\n")
        letter = EmailMessage()
        letter["From"] = self._settings.mail_from
        letter["To"] = row.address
        letter["Subject"] = subject
        letter["Date"] = format_datetime(row.written_at)
        letter["Message-ID"] = f"<{row.id}@{self._settings.mail_from.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        in_dutch, in_english = spoken(row.wait or timedelta())
        words = {"link": self._link(row), "wait": in_dutch, "wait_in_english": in_english}
        letter.set_content(Template(body.strip()).substitute(words), cte="quoted-printable")
        return letter

    def _link(self, row: Row[Any]) -> str:
        if row.token:
            return f"{str(self._settings.links_at).rstrip('/')}/crises/{row.subject}/{row.token}"
        return f"{str(self._settings.console_at).rstrip('/')}/zaak/{row.subject}"


def spoken(wait: timedelta) -> tuple[str, str]:
    """How long that is, in Dutch and in English."""
    minutes = round(wait / timedelta(minutes=1))
    many = "" if minutes in {1, 60} else "s"
    if minutes and minutes % 60 == 0:
        return f"{minutes // 60} uur", f"{minutes // 60} hour{many}"
    return f"{minutes} {'minuten' if many else 'minuut'}", f"{minutes} minute{many}"
