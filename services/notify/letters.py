"""What a message says: its template, the link in it, and the headers by which mail programs know it."""

from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from string import Template
from typing import Any

from sqlalchemy import Row

from services.chassis.clock import Clock
from services.chassis.region import Region
from services.notify.domain.message import About
from services.notify.settings import Settings

TEMPLATES = {about: (Path(__file__).parent / "templates" / f"{about}.txt").read_text(encoding="utf-8") for about in About}
MARGIN = timedelta(seconds=10)


class Letters:
    """Writes messages from their rows: the same row gives the same letter under the same Message-ID."""

    def __init__(self, settings: Settings, region: Region, clock: Clock) -> None:
        self._settings = settings
        self._region = region
        self._clock = clock

    @property
    def within(self) -> timedelta:
        """How long an attempt can take at most: connecting, introducing oneself, handing over."""
        return timedelta(seconds=8 * self._settings.smtp_timeout) + MARGIN

    def write(self, row: Row[Any]) -> EmailMessage:
        """The letter of a delivery."""
        subject, _, body = TEMPLATES[About(row.about)].partition("\n")
        minutes = self._region.ladder(self._clock.now()).step_minutes
        letter = EmailMessage()
        letter["From"] = self._settings.mail_from
        letter["To"] = row.address
        letter["Subject"] = subject
        letter["Date"] = format_datetime(row.written_at)
        letter["Message-ID"] = f"<{row.id}@{self._settings.mail_from.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(Template(body.strip()).substitute(link=self._link(row), minutes=minutes), cte="quoted-printable")
        return letter

    def _link(self, row: Row[Any]) -> str:
        if row.token:
            return f"{str(self._settings.links_at).rstrip('/')}/crises/{row.subject}/{row.token}"
        return f"{str(self._settings.console_at).rstrip('/')}/zaak/{row.subject}"
