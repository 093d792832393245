"""An event that is good in itself, on a topic where it does not belong: nobody stands behind it, so it has no effect."""

from tests.builders.events import a_support_requested
from tests.component.facts import rows
from tests.component.intake.sending import TEAM
from tests.pairs.pair import Pair
from tests.running import RunningService


async def test_a_request_for_support_among_the_news_of_the_youth_team_opens_no_case(intake: RunningService, pair: Pair) -> None:
    request = a_support_requested()
    await intake.deliver(TEAM, request)
    await intake.topics.put(TEAM, b"{", key=request.subject.encode())
    letters = await intake.topics.records("dlq.intake.v1", lambda known: len(known) >= 2)
    assert [dict(letter.headers)["reasons"] for letter in letters] == [b"wrong-topic", b"bad-json"]
    assert await rows(pair, "intake", "SELECT id, board FROM guarded_case") == []
