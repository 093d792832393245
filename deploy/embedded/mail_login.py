"""How the platform's mail server and who hands mail in know each other; apart, because a supervisor needs no mail library for it."""

from pathlib import Path
from secrets import token_urlsafe

from deploy.embedded import secret

USER = "passend"


def password(directory: Path) -> str:
    """The password of this installation, made at its first start."""
    return secret.once(directory / "secrets" / "mail.password", lambda: token_urlsafe(24))


def certificate(directory: Path) -> Path:
    """Where the mail server's certificate stands; it makes it at its first start."""
    return directory / "mail.pem"
