"""Records as no writer should put them, and cases as no school has them: each has its stated end, and no partition stops for any."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from passend_contracts.catalogue import from_topic, of, to_topic
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, decode_kafka, encode
from passend_contracts.events import EventAccepted, EventRejected

from tests.builders.events import (
    GEMEENTE,
    GEMEENTE_SYSTEM,
    a_consent_given,
    a_decline,
    a_parents_consulted,
    a_support_requested,
    an_acceptance,
)
from tests.faults import kafka
from tests.faults.conftest import Issuer
from tests.faults.ledger import Ledger
from tests.faults.load import CANARY, REFERRED, Case, Life, a_case, on_the_wire
from tests.faults.scene import Scene
from tests.faults.senders import SCHOOL, Board, Intake
from tests.faults.service import PATIENCE

pytestmark = pytest.mark.real_broker("consumer groups, and a relay that does not wait for readers")

TEAM = to_topic(GEMEENTE)
MANY = 100_000
CASE = "9d1f5f0e-5d47-4a9b-8e60-1c7d9a2f4b03"
THEN, ONE_DAY = datetime(1970, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
LARGEST = 1_048_480
"""Bytes of about the largest value that Kafka takes by its own settings, without key and headers: with a dead letter's it is larger."""


@dataclass(frozen=True)
class Bad:
    """A record that nobody can let take effect, and what becomes of it: a dead letter or a refusal for this reason."""

    what: str
    value: bytes
    reason: str
    key: bytes | None = CASE.encode()
    headers: tuple[tuple[str, bytes], ...] = KAFKA_HEADERS


def bad_records(event: Callable[..., Envelope]) -> list[Bad]:
    """What comes instead of such an event, by what is wrong with it."""
    good = on_the_wire(event())
    return [
        Bad("900 KB", b"{" + b" " * 900_000 + CANARY.encode(), "too-large"),
        Bad("as large as Kafka takes it", CANARY.encode().ljust(LARGEST), "too-large", None, ()),
        Bad("one byte", b"\0", "bad-json"),
        Bad("broken UTF-8 in the middle", good.replace(b"Kanarie", b"Kanari\xc3("), "bad-utf8"),
        Bad("another case's key", good, "key-differs", b"6a1f5f0e-5d47-4a9b-8e60-1c7d9a2f4b03"),
        Bad("no key", on_the_wire(event()), "missing-key", None),
        Bad("a time in 1970", on_the_wire(event(time=THEN)), "time-too-old"),
        Bad("a time in 2100", on_the_wire(event(time=ONE_DAY)), "time-ahead"),
    ]


def sender(scene: Scene) -> Intake:
    assert isinstance(scene.sender, Intake)
    return scene.sender


async def test_each_bad_record_becomes_a_dead_letter_for_its_reason_and_the_others_take_effect(jgt_bridge: Scene) -> None:
    bad = bad_records(partial(a_support_requested, CASE))
    async with jgt_bridge.under_load("12 records too large, too small, of the wrong key, of 1970 and of 2100") as load:
        for each in bad:
            await load.reached(load.count + 10)
            await sender(jgt_bridge).producer.send_and_wait(SCHOOL, each.value, key=each.key, headers=list(each.headers))
    letters = {letter.value: dict(letter.headers)["reasons"].decode() for letter in await jgt_bridge.dead_letters()}
    mirrored = {each.what: letters.get(each.value if len(each.value) < LARGEST else b"") for each in bad}
    assert mirrored == {each.what: each.reason for each in bad}
    assert len(letters) == len(bad)
    assert await jgt_bridge.database.value("SELECT max(length(body)) FROM dead_letter") == LARGEST


async def test_each_bad_record_of_a_gemeente_is_refused_for_its_reason_and_its_good_ones_get_a_receipt(jgt_bridge: Scene) -> None:
    answer = partial(an_acceptance, a_support_requested(CASE), source=GEMEENTE_SYSTEM)
    bad = bad_records(answer)
    await jgt_bridge.service.start()
    async with AIOKafkaProducer(bootstrap_servers=jgt_bridge.pair.kafka, acks="all") as party:
        for each in (*bad, Bad("nothing", encode(good := answer()), "")):
            await party.send_and_wait(from_topic(GEMEENTE), each.value, key=each.key, headers=list(each.headers))
    told = [decode_kafka(each.key, each.value, each.headers) for each in await _answers(jgt_bridge, len(bad) + 1)]
    refused = [[problem["code"] for problem in each.data["errors"]] for each in told if each.type == of(EventRejected).type]
    expected = [[each.reason] for each in bad]
    assert refused == expected
    [receipt] = [each for each in told if each.type == of(EventAccepted).type]
    assert receipt.data["event"] == good.id


async def _answers(scene: Scene, count: int) -> list[ConsumerRecord]:
    """What the gemeente was told, once it is so much."""
    async with asyncio.timeout(PATIENCE):
        while len(told := await kafka.read(scene.pair.kafka, TEAM)) < count:
            pass
    return told


@pytest.mark.long
async def test_a_record_s_own_timestamp_says_nothing_about_its_event(jgt_bridge: Scene) -> None:
    async with jgt_bridge.under_load("12 records that say they are of 1970") as load:
        case = a_case(Random(jgt_bridge.seed + 1))
        for event in case.events:
            await sender(jgt_bridge).send(event, timestamp_ms=1)
        load.took(case)


@pytest.mark.long
async def test_a_producer_that_repeats_everything_changes_nothing_also_of_what_a_team_has_declined(
    jgt_bridge: Scene, issuer: Issuer
) -> None:
    async with jgt_bridge.under_load("12 a producer that sends everything twice") as load:
        sender(jgt_bridge).times = 2
        await load.reached(load.count + 100)
    ours = [case for case in load.cases if case.home == GEMEENTE]
    await decline(jgt_bridge, [case for case in ours if case.life.team == (REFERRED,)], await issuer.token(GEMEENTE))
    for record in await kafka.read(jgt_bridge.pair.kafka, SCHOOL):
        await sender(jgt_bridge).put(record.value, record.key.decode())
    await jgt_bridge.all_done()
    due, told = {(TEAM, case.id): case.life.team for case in ours}, await kafka.read(jgt_bridge.pair.kafka, TEAM)
    jgt_bridge.rows.append(Ledger(due, load.accepted, told).row("12 … and once more afterwards", leaked=0, seed=jgt_bridge.seed))
    assert jgt_bridge.row.faults == {}
    assert jgt_bridge.row.repeated == 0


async def decline(scene: Scene, cases: Iterable[Case], token: str) -> None:
    """Let the gemeente say no to these referrals: a conversation that was repeated must not refer again, only a new one does."""
    team, awaited = Board(scene.service.http, token), {case.id for case in cases}
    for record in await kafka.read(scene.pair.kafka, TEAM):
        referral = decode_kafka(record.key, record.value, record.headers)
        if referral.subject in awaited:
            await team.send(a_decline(referral, source=GEMEENTE_SYSTEM))
    await scene.all_done()


async def test_a_poison_case_in_every_batch_is_parked_and_the_others_go_on(jgt_bridge: Scene) -> None:
    random = Random(jgt_bridge.seed + 2)
    poisoned = [case for case in (a_case(random) for _ in range(200)) if case.life.team][:40]
    ids = ", ".join(f"'{case.id}'" for case in poisoned)
    await jgt_bridge.service.start()
    async with jgt_bridge.under_load("13 a poison case in every batch", start=False) as load:
        async with jgt_bridge.database.refusing("INSERT ON referral", when=f"NEW.case_id IN ({ids})"):
            for case in poisoned:
                await load.reached(load.count + 5)
                for event in case.events:
                    await jgt_bridge.sender.send(event)
                load.took(case)
            await jgt_bridge.operator.until_parked(poisoned[-1].id, len(poisoned[-1].events))
            assert await jgt_bridge.operator.parked() == {case.id: len(case.events) for case in poisoned}
        for case in poisoned:
            await jgt_bridge.operator.release(case.id)


@pytest.mark.long
async def test_a_thousand_different_poison_records_in_a_row_become_a_thousand_dead_letters(jgt_bridge: Scene) -> None:
    poison = [b"%d {" % number for number in range(1_000)]
    async with jgt_bridge.under_load("12 a thousand different records in a row that nobody can read") as load:
        await load.reached(50)
        await at_once(jgt_bridge, poison)
    assert [letter.value for letter in await jgt_bridge.dead_letters()] == poison


@pytest.mark.long
async def test_one_case_with_very_many_events_holds_the_others_up_for_a_moment_only(jgt_bridge: Scene) -> None:
    events = [a_support_requested(CASE), *(a_parents_consulted(CASE) for _ in range(MANY - 2)), a_consent_given(CASE)]
    case = Case(CASE, GEMEENTE, Life((), (REFERRED,), ()), tuple(events))
    async with jgt_bridge.under_load(f"12 one case with {MANY:,} events") as load:
        await load.reached(50)
        await at_once(jgt_bridge, (sender(jgt_bridge).numbered(event) for event in events))
        load.took(case)


async def at_once(scene: Scene, values: Iterable[bytes]) -> None:
    """Put these on the topic under one key, in order, without waiting in between."""
    producer = sender(scene).producer
    sent = [await producer.send(SCHOOL, value, key=CASE.encode(), headers=list(KAFKA_HEADERS)) for value in values]
    await asyncio.gather(*sent)
