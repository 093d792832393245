"""How long somebody has, as a letter says it."""

from datetime import timedelta

import pytest

from services.notify.letters import spoken


@pytest.mark.parametrize(
    ("minutes", "nl", "en"),
    [
        (1, "1 minuut", "1 minute"),
        (15, "15 minuten", "15 minutes"),
        (60, "1 uur", "1 hour"),
        (90, "90 minuten", "90 minutes"),
        (240, "4 uur", "4 hours"),
    ],
)
def test_a_wait_is_said_in_both_languages(minutes: int, nl: str, en: str) -> None:
    assert spoken(timedelta(minutes=minutes)) == (nl, en)
