"""What people read stands in two languages: plain Dutch (B1), and English beside it."""

from typing import NamedTuple


class Words(NamedTuple):
    """The same in both languages."""

    nl: str
    en: str
