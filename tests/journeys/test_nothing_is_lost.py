"""The promise, on the platform that `make up` starts: every part is killed once while 500 events are sent, and nothing is lost."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from passend_contracts.envelope import Envelope

from tests.builders.events import a_consent_given, a_parents_consulted, a_support_requested
from tests.journeys.platform import PARTS, WITHIN, Platform, platform

BOARD = "bg41234"
HTTP_CASES, KAFKA_CASES = 100, 67
STEPS: tuple[Callable[[str], Envelope], ...] = (a_support_requested, a_parents_consulted, a_consent_given)


async def test_every_part_is_killed_once_and_nothing_is_lost(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    over_http, over_kafka = ([str(uuid4()) for _ in range(count)] for count in (HTTP_CASES, KAFKA_CASES))
    victims = random.Random(seed).sample(PARTS, len(PARTS))
    tmp_path.chmod(0o755)  # noqa: ASYNC240 -- PostgreSQL runs as somebody else when the tests run as root
    async with platform(tmp_path, 18080) as running:
        sent = await _send_under_fire(running, over_http, over_kafka, victims)
        cases = await _settled(running, [*over_http, *over_kafka])
        violations = await running.violations(await running.token("console"))
    assert not victims, "every part was killed"
    assert all(set(running.outcomes.get(event, [])) == {"accepted"} for event in sent), "each sent id is accepted, none is rejected"
    referred = [_ids(hops, "jgt_referred") for hops in cases.values()]
    answered = [_ids(hops, "jgt_referral_accepted") for hops in cases.values()]
    assert violations == []
    assert all(len(ids) == 1 for ids in referred), "one referral per case that wants it and consented"
    assert all(len(ids) == 1 for ids in answered), "one answer per referral"
    print(f"seed {seed}: {len(sent)} sent, {len(cases)} cases, {len(PARTS)} parts killed, 0 lost, 0 doubled")  # noqa: T201 -- the figures are the result


async def _send_under_fire(running: Platform, over_http: list[str], over_kafka: list[str], victims: list[str]) -> list[str]:
    token = await running.token(BOARD)
    sent = []
    for step in STEPS:
        by_http, by_kafka = [step(case) for case in over_http], [step(case) for case in over_kafka]
        sent += [event.id for event in (*by_http, *by_kafka)]
        half = len(by_http) // 2
        await asyncio.gather(_post_and_kill(running, by_http, half, token, victims), running.emit(BOARD, by_kafka))
    while victims:
        await running.kill(victims.pop())
    return sent


async def _post_and_kill(running: Platform, events: list[Envelope], half: int, token: str, victims: list[str]) -> None:
    await running.post(events[:half], token)
    await running.kill(victims.pop())
    await running.post(events[half:], token)
    await running.kill(victims.pop())


async def _settled(running: Platform, cases: list[str]) -> dict[str, list[dict[str, object]]]:
    """The timelines once every case has its answer; those that do not get there fail the test by their number."""
    token = await running.token("console")
    timelines: dict[str, list[dict[str, object]]] = {}
    async with asyncio.timeout(WITHIN):
        while missing := [case for case in cases if not _ids(timelines.get(case, []), "jgt_referral_accepted")]:
            for case in missing:
                timelines[case] = await running.timeline(case, token)
            await asyncio.sleep(0.2)
    return timelines


def _ids(hops: list[dict[str, object]], event: str) -> set[object]:
    return {hop["id"] for hop in hops if hop["event"] == event}
