"""A crisis on the whole platform as `make up` starts it: from a school's door to a person's mailbox, and back to everybody who waits."""

import html
import re
from pathlib import Path

from passend_contracts.envelope import Envelope

from tests.builders.events import BOARD, a_crisis_raised, a_support_requested
from tests.component.waiting import until
from tests.journeys.platform import WITHIN, Platform, platform


async def test_a_crisis_reaches_a_person_who_takes_it_up_and_says_when_it_is_over(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)  # noqa: ASYNC240 -- PostgreSQL runs as somebody else when the tests run as root
    request = a_support_requested()
    crisis = a_crisis_raised(case_id=request.subject)
    async with platform(tmp_path, 28080) as running:
        await running.post([request, crisis], await running.token(BOARD))
        [take] = await until(lambda: _links(running), lambda links: len(links) == 1, WITHIN)
        assert "Ik help nu" in (await running.http.get(take)).text
        await running.http.post(take)
        [resolve] = await until(lambda: _links(running, besides=take), lambda links: len(links) == 1, WITHIN)
        await running.http.post(resolve)
        told = await _timeline(running, crisis, "crisis_resolved")
        about_the_case = await _timeline(running, request, "next_step_set", times=2)
        violations = await running.violations(await running.token("console"))
    assert list(dict.fromkeys(told)) == ["crisis_raised", "notification_delivered", "crisis_acknowledged", "crisis_resolved"]
    assert "case_opened" in about_the_case
    assert violations == []


async def _links(running: Platform, besides: str = "") -> list[str]:
    page = (await running.http.get(running.ports.url("mail"))).text
    return [link for link in map(html.unescape, re.findall(r'href="(http[^"]+/crises/[^"]+)"', page)) if link != besides]


async def _timeline(running: Platform, event: Envelope, last: str, *, times: int = 1) -> list[str]:
    token = await running.token("console")

    async def stems() -> list[str]:
        return [str(hop["event"]) for hop in await running.timeline(event.subject, token)]

    return await until(stems, lambda seen: seen.count(last) >= times, WITHIN)
