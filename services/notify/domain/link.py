"""A link that lets who was written to do one thing in one crisis, once."""

from dataclasses import dataclass
from datetime import datetime

from services.notify.domain.message import Purpose


@dataclass(frozen=True, slots=True)
class Link:
    """What is kept of a link: the message that it stands in and a hash of its token, never the token."""

    hash: bytes
    message: str
    crisis: str
    role: str
    purpose: Purpose
    used_at: datetime | None = None
