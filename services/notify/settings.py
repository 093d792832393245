"""What notify is told from outside besides what every service is: the mail server, and where its links lead."""

from pathlib import Path

from pydantic import HttpUrl, SecretStr

from services.chassis import settings


class Settings(settings.Settings):
    """Environment variables `PASSEND_<NAME>`; a missing one stops the start with its name."""

    smtp_host: str
    smtp_port: int = 587
    smtp_starttls: bool = True
    """Whether the connection is encrypted before anything is said; without it nothing goes out."""
    smtp_ca: Path | None = None
    """The certificate that the mail server's is checked against, where no public authority vouches for it."""
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout: float = 20.0
    mail_from: str
    links_at: HttpUrl
    """Where people reach this service's pages."""
    console_at: HttpUrl
    """Where people look at a case."""
