"""An invented child in every bad input: nothing that leaves a door or is written down may show a trace of it."""

import pytest

from tests.component.doors.door import Door
from tests.component.facts import everything_kept
from tests.pairs.pair import Pair

NAME = "Fenna Zandstra"
NUMBER = "999990019"
"""Has the form of a BSN, from the range that is never given to anybody."""
CHILD = f"{NAME} {NUMBER}"
IN_A_NAME = f"fenna-zandstra-{NUMBER}"
"""The same child where only lower case and dashes get through."""


def traces(*places: object) -> list[str]:
    """The places, as text, in which something of the child can be read."""
    texts = [place.decode("utf-8", "replace") if isinstance(place, bytes) else str(place) for place in places]
    return [text for text in texts if _shows(text.lower())]


def _shows(text: str) -> bool:
    return any(word in text for word in ("fenna", "zandstra", NUMBER))


async def assert_nothing_kept(door: Door, pair: Pair, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """No trace in any table of the service, nor in what it and its libraries logged."""
    log = capsys.readouterr()
    assert door.in_log in log.out  # else there would be nothing to find anything in
    assert traces(*await everything_kept(pair, door.service), log.out, log.err, caplog.text) == []
