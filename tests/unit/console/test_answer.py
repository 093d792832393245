"""The answer on the first page: what is worst is said first, and nobody reads that all is well while a child waits."""

from typing import Any

import pytest

from services.console.words import answer


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ({"cases": 9, "helped": 2, "overdue": 3, "without_step": 1, "crisis_waits": True}, "Nee: 1 kind heeft geen volgende stap."),
        ({"cases": 9, "helped": 2, "overdue": 3, "without_step": 0, "crisis_waits": True}, "Nu nog niet: er wacht een crisis op hulp."),
        ({"cases": 9, "helped": 2, "overdue": 3, "without_step": 0, "crisis_waits": False}, "Niet overal: bij 3 kinderen is iets te laat."),
        ({"cases": 9, "helped": 2, "overdue": 0, "without_step": 0, "crisis_waits": False}, "Nog niet, maar geen kind is vergeten."),
        ({"cases": 9, "helped": 9, "overdue": 0, "without_step": 0, "crisis_waits": False}, "Ja, ieder kind krijgt hulp."),
        ({"cases": 0, "helped": 0, "overdue": 0, "without_step": 0, "crisis_waits": True}, "Nu nog niet: er wacht een crisis op hulp."),
    ],
)
def test_what_is_worst_is_said_first(standing: dict[str, Any], said: str) -> None:
    assert answer(**standing)[0].nl == said
