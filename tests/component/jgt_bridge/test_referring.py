"""When jgt_bridge refers, when it does not, what a withdrawal does, and whose answer counts."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope
from passend_contracts.events import (
    EventRefused,
    JGTReferralAccepted,
    JGTReferralDeclined,
    JGTReferralOverdue,
    JGTReferralRecalled,
    JGTReferred,
    Withheld,
)
from passend_contracts.vocabulary import EventData

from services.chassis.calendar import end_of
from services.chassis.region import load
from tests.builders.events import (
    TODAY,
    a_consent_given,
    a_consent_withdrawn,
    a_decline,
    a_handover_received,
    a_parents_consulted,
    a_reopen_requested,
    a_support_request_withdrawn,
    a_support_requested,
    an_acceptance,
)
from tests.component.facts import rows, told_about, until_there
from tests.pairs.pair import Pair
from tests.pairs.topics import REGION
from tests.running import RunningService

SCHOOL = "school.cases.v1"
TEAM = "to.gm0546.v1"
STATUS = "jgt.cases.v1"


@pytest.fixture
def gemeente() -> dict[str, str]:
    """The source of each gemeente's own system."""
    return {party.id: f"{party.urn}:systeem:jeugd" for party in load(REGION).of_kind("gemeente")}


def types(events: list[Envelope], *kinds: type[EventData]) -> list[str]:
    wanted = {of(kind).type for kind in kinds}
    return [event.type for event in events if event.type in wanted]


async def a_referral(jgt_bridge: RunningService) -> Envelope:
    request = a_support_requested()
    for event in (request, a_parents_consulted(request.subject), a_consent_given(request.subject)):
        await jgt_bridge.deliver(SCHOOL, event)
    return next(event for event in await jgt_bridge.told(TEAM, JGTReferred) if event.subject == request.subject)


async def test_a_redelivered_consultation_is_referred_once(jgt_bridge: RunningService) -> None:
    request, healthy = a_support_requested(), a_support_requested(home="gm0547")
    await jgt_bridge.deliver(SCHOOL, request)
    await jgt_bridge.deliver(SCHOOL, a_consent_given(request.subject))
    await jgt_bridge.deliver(SCHOOL, a_parents_consulted(request.subject), times=2)
    for event in (healthy, a_consent_given(healthy.subject), a_parents_consulted(healthy.subject)):
        await jgt_bridge.deliver(SCHOOL, event)
    await jgt_bridge.told("to.gm0547.v1", JGTReferred)
    assert types(await jgt_bridge.told(TEAM, JGTReferred), JGTReferred) == [of(JGTReferred).type]


async def test_the_referral_and_its_status_are_one_event_on_two_topics(jgt_bridge: RunningService) -> None:
    referral = await a_referral(jgt_bridge)
    [status] = [event for event in await jgt_bridge.told(STATUS, JGTReferred) if event.subject == referral.subject]
    assert (status.id, status.data) == (referral.id, referral.data)


async def test_without_a_wish_or_without_consent_nothing_is_referred(jgt_bridge: RunningService) -> None:
    unwanted, unconsented = a_support_requested(), a_support_requested()
    for event in (
        unwanted,
        a_parents_consulted(unwanted.subject, youth_team="no"),
        a_consent_given(unwanted.subject),
        unconsented,
        a_parents_consulted(unconsented.subject),
        a_consent_given(unconsented.subject, "feedback_to_school"),
    ):
        await jgt_bridge.deliver(SCHOOL, event)
    referral = await a_referral(jgt_bridge)
    assert {event.subject for event in await jgt_bridge.told(TEAM, JGTReferred)} == {referral.subject}


async def test_a_home_outside_the_region_stops_nobody_else(jgt_bridge: RunningService) -> None:
    elsewhere = a_support_requested(home="gm0363")
    for event in (elsewhere, a_parents_consulted(elsewhere.subject), a_consent_given(elsewhere.subject)):
        await jgt_bridge.deliver(SCHOOL, event)
    assert (await a_referral(jgt_bridge)).subject != elsewhere.subject


@pytest.mark.parametrize("withdrawal", [a_consent_withdrawn, a_support_request_withdrawn])
async def test_what_was_sent_is_recalled(jgt_bridge: RunningService, withdrawal: Callable[[str], Envelope]) -> None:
    referral = await a_referral(jgt_bridge)
    await jgt_bridge.deliver(SCHOOL, withdrawal(referral.subject))
    recalled = next(event for event in await jgt_bridge.told(TEAM, JGTReferralRecalled) if event.type == of(JGTReferralRecalled).type)
    assert recalled.data["referral"] == referral.id
    assert recalled.sequence == "000000000002"


async def test_what_was_not_sent_yet_is_withheld_under_its_number(jgt_bridge: RunningService, pair: Pair) -> None:
    url = pair.database_url("jgt_bridge").replace("+asyncpg", "")
    other = await asyncpg.connect(url)
    await other.execute("UPDATE relay_lease SET holder = 'another', epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 hour'")
    request = a_support_requested()
    for event in (request, a_parents_consulted(request.subject), a_consent_given(request.subject), a_consent_withdrawn(request.subject)):
        await jgt_bridge.deliver(SCHOOL, event)
    await _until(other, "SELECT count(*) FROM outbox WHERE type = $1", of(Withheld).type, at_least=2)
    await other.execute("UPDATE relay_lease SET expires_at = clock_timestamp()")
    await other.close()
    for topic in (TEAM, STATUS):
        [withheld] = {event.id: event for event in await jgt_bridge.told(topic, Withheld)}.values()  # a relay may repeat it, as it was
        assert (withheld.data, withheld.sequence) == ({}, "000000000001")


async def _until(connection: asyncpg.Connection, query: str, argument: str, *, at_least: int) -> None:
    async with asyncio.timeout(20):
        while await connection.fetchval(query, argument) < at_least:  # noqa: ASYNC110 -- a row in a table wakes nobody
            await asyncio.sleep(0.02)


async def test_the_answer_of_the_gemeente_that_was_asked_is_told_on(jgt_bridge: RunningService, gemeente: dict[str, str]) -> None:
    referral = await a_referral(jgt_bridge)
    answer = an_acceptance(referral, source=gemeente["gm0546"])
    await jgt_bridge.topics.emit("from.gm0546.v1", answer)
    told = next(event for event in await jgt_bridge.told(STATUS, JGTReferralAccepted) if event.type == answer.type)
    assert (told.id, told.source, told.producer) == (answer.id, answer.source, "jgt_bridge")


async def test_only_the_gemeente_that_was_asked_answers_and_only_once(jgt_bridge: RunningService, gemeente: dict[str, str]) -> None:
    referral = await a_referral(jgt_bridge)
    await jgt_bridge.topics.emit("from.gm0547.v1", an_acceptance(referral, source=gemeente["gm0547"]))
    await jgt_bridge.topics.emit("from.gm0546.v1", an_acceptance(replace(referral, id=str(uuid4())), source=gemeente["gm0546"]))
    [foreign] = [event for event in await jgt_bridge.told("to.gm0547.v1", EventRefused) if event.type == of(EventRefused).type]
    [unknown] = [event for event in await jgt_bridge.told(TEAM, EventRefused) if event.type == of(EventRefused).type]
    assert (foreign.data["rule"], unknown.data["rule"]) == ("own_referral", "own_referral")


async def test_the_unreadable_is_set_aside_and_the_rest_goes_on(jgt_bridge: RunningService) -> None:
    case = str(uuid4()).encode()
    for broken in (b"\xff\xfe", b"{", None):
        await jgt_bridge.topics.put(SCHOOL, broken, key=case)
    unknown = replace(a_support_requested(), type="nl.passendonderwijs.support-requested.v9")
    await jgt_bridge.deliver(SCHOOL, unknown)
    await a_referral(jgt_bridge)
    mirrored = await jgt_bridge.topics.records("dlq.jgt_bridge.v1", lambda known: len(known) >= 4)
    reasons = {dict(record.headers)["reasons"] for record in mirrored}
    assert reasons == {b"bad-utf8", b"bad-json", b"no-value", b"unknown-version"}


async def test_a_moment_that_no_team_is_awaited_at_reminds_nobody(jgt_bridge: RunningService, pair: Pair) -> None:
    referral = await a_referral(jgt_bridge)
    past = end_of(TODAY - timedelta(weeks=3)).isoformat()
    await rows(pair, "jgt_bridge", f"INSERT INTO deadline (subject, kind, due) VALUES ('{referral.subject}', 'team_answer', '{past}')")
    await until_there(pair, "jgt_bridge", f"SELECT 1 WHERE NOT EXISTS (SELECT FROM deadline WHERE due = '{past}' AND fired_at IS NULL)")
    assert await rows(pair, "jgt_bridge", f"SELECT 1 FROM outbox WHERE type = '{of(JGTReferralOverdue).type}'") == []


async def test_a_team_that_is_late_is_reminded(jgt_bridge: RunningService, pair: Pair) -> None:
    referral = await a_referral(jgt_bridge)
    await rows(pair, "jgt_bridge", "UPDATE referral SET answer_due = answer_due - 14")
    late = end_of(TODAY - timedelta(weeks=1)).isoformat()
    await rows(pair, "jgt_bridge", f"INSERT INTO deadline (subject, kind, due) VALUES ('{referral.subject}', 'team_answer', '{late}')")
    told = await jgt_bridge.told(TEAM, JGTReferralOverdue)
    assert told[-1].data["referral"] == referral.id


async def test_after_a_no_only_a_new_conversation_refers_again(jgt_bridge: RunningService, gemeente: dict[str, str]) -> None:
    referral = await a_referral(jgt_bridge)
    case = referral.subject
    await jgt_bridge.topics.emit("from.gm0546.v1", a_decline(referral, source=gemeente["gm0546"]))
    await jgt_bridge.told(STATUS, JGTReferralDeclined)
    await jgt_bridge.deliver(SCHOOL, a_consent_given(case, "feedback_to_school"))
    again = a_parents_consulted(case)
    await jgt_bridge.deliver(SCHOOL, again)
    first, second = await told_about(jgt_bridge, TEAM, JGTReferred, [case], times=2)
    assert (first.id, second.causationid) == (referral.id, f"{again.source}#{again.id}")


async def test_a_referral_of_a_child_that_was_handed_over_is_recalled_and_nothing_of_it_is_sent_when_the_case_goes_on(
    jgt_bridge: RunningService,
) -> None:
    referral = await a_referral(jgt_bridge)
    case = referral.subject
    await jgt_bridge.deliver(SCHOOL, a_handover_received(case))
    [recalled] = await told_about(jgt_bridge, TEAM, JGTReferralRecalled, [case])
    assert (recalled.data["referral"], recalled.data["reason"]) == (referral.id, "handed_over")
    wish = a_parents_consulted(case)
    for event in (a_reopen_requested(case), a_consent_given(case, "feedback_to_school"), wish):
        await jgt_bridge.deliver(SCHOOL, event)
    _, second = await told_about(jgt_bridge, TEAM, JGTReferred, [case], times=2)
    assert second.causationid == f"{wish.source}#{wish.id}"
