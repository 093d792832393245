"""The record: every record of every topic that the console reads, kept once and for ever, readable or not."""

import json
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidTimestampError
from passend_contracts import catalogue
from passend_contracts.envelope import MAX_EVENT_BYTES, encode

from services.chassis.region import load
from services.console import app as console_app
from tests.builders.events import BOARD, a_consent_given, a_parents_consulted, a_support_requested
from tests.builders.keys import STORY, enclosing, sealed
from tests.component.conftest import run
from tests.component.console.conftest import Rows
from tests.component.console.told import SCHOOL
from tests.pairs.pair import Pair
from tests.pairs.topics import REGION
from tests.running import RunningService

KEPT = "SELECT * FROM record WHERE topic <> 'dlq.console.v1' ORDER BY n"  # what the console itself found wrong comes back there


async def test_every_topic_that_a_service_writes_is_kept_and_nobody_changes_it(console: RunningService, rows: Rows) -> None:
    addressed = [catalogue.to_topic(party.id) for party in load(REGION).parties]
    said = {topic: a_support_requested() for topic in (*catalogue.TOPICS, *addressed)}
    for topic, event in said.items():
        await console.deliver(topic, event)
    kept = await rows(KEPT, at_least=len(said))
    assert {row["topic"]: row["id"] for row in kept} == {topic: event.id for topic, event in said.items()}
    for change in ("UPDATE record SET raw = NULL", "DELETE FROM record", "TRUNCATE record"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await rows(change)
    assert await rows(KEPT) == kept


async def test_of_an_enclosure_the_record_keeps_what_it_was_and_its_hash(console: RunningService, rows: Rows) -> None:
    request = a_support_requested()
    enclosure = sealed(STORY, request.subject)
    await console.deliver(SCHOOL, enclosing(request, enclosure))
    [kept] = await rows(KEPT, at_least=1)
    [said] = json.loads(kept["body"])["data"]["enclosures"]
    readers = [recipient.header.kid for recipient in enclosure.jwe.recipients]
    assert (said["id"], said["kind"], said["controller"], said["recipients"]) == (enclosure.id, "story", BOARD, readers)
    assert len(said["sha256"]) == 64
    assert enclosure.jwe.ciphertext not in str(kept)


async def test_what_comes_again_is_kept_once_and_what_differs_beside_it(console: RunningService, rows: Rows) -> None:
    request = replace(a_support_requested(), sequence="000000000001")
    await console.deliver(SCHOOL, request, times=3)
    await console.deliver(SCHOOL, replace(request, traceparent=f"00-{uuid4().hex}-00f067aa0ba902b7-01"))
    await console.deliver(SCHOOL, replace(request, data={**request.data, "ageBand": "8-9"}))
    await console.deliver("to.bg41234.v1", request)
    await console.deliver(SCHOOL, last := a_consent_given(request.subject))
    kept = await rows(KEPT, at_least=4)
    assert [row["id"] for row in kept if row["topic"] == SCHOOL] == [request.id, request.id, last.id]
    assert [row["id"] for row in kept if row["topic"] == "to.bg41234.v1"] == [request.id]


async def test_reading_everything_again_adds_nothing(pair: Pair, rows: Rows) -> None:
    request = a_support_requested()
    async with run(pair, console_app.NAME, console_app.build) as console:
        await console.topics.put(SCHOOL, b"{", key=request.subject.encode())
        await console.deliver(SCHOOL, request)
        before = await rows(KEPT, at_least=2)
    await rows("DELETE FROM consumer_offset")
    async with run(pair, console_app.NAME, console_app.build) as console:
        await console.deliver(SCHOOL, a_parents_consulted(request.subject))  # behind the two in their partition
        assert (await rows(KEPT, at_least=3))[:2] == before
        assert len(await rows(KEPT)) == 3


async def test_a_dead_letter_is_kept_twice_and_told_once(console: RunningService, rows: Rows) -> None:
    case = a_support_requested().subject
    await console.topics.put(SCHOOL, bad := b'{"subject":"%s"}' % case.encode(), key=case.encode())
    kept = await rows("SELECT * FROM record ORDER BY n", at_least=2)
    assert [(row["topic"], row["raw"], row["subject"]) for row in kept] == [(SCHOOL, bad, case), ("dlq.console.v1", bad, None)]
    assert kept[1]["reasons"] == ["dead-letter"]


HOSTILE = {
    rb'{"note":"a\u0000b"}': "not-for-jsonb",
    rb'{"a\u0000b":1}': "not-for-jsonb",
    b'{"n":1e999}': "not-for-jsonb",
    rb'{"note":"\ud800"}': "bad-json",  # half a character
    b'{"n":' + b"[" * 5_000 + b"]" * 5_000 + b"}": "bad-json",
    b'{"note":"\xff"}': "bad-utf8",
    b'{"n":"' + b"n" * MAX_EVENT_BYTES + b'"}': "too-large",
}


async def far_future(kafka: str, topic: str, key: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(topic, b"[]", key=key, timestamp_ms=2**60)


async def test_what_the_database_or_nobody_can_read_is_kept_as_bytes_with_the_reason(
    console: RunningService, rows: Rows, pair: Pair
) -> None:
    event = a_support_requested()
    whole, key = encode(replace(event, data={"here": "it comes"})), event.subject.encode()
    sent = [(whole.replace(b'{"here":"it comes"}', data), key, reason) for data, reason in HOSTILE.items()]
    sent += [(b"{", key, "bad-json"), (encode(replace(event, id="1")), key, "bad-id"), (whole, b"another", "key-differs")]
    for raw, under, _ in sent:
        await console.topics.put(SCHOOL, raw, key=under)
    await console.topics.put(SCHOOL, None, key=key)
    with suppress(InvalidTimestampError):  # Apache Kafka refuses a time that no calendar has, unless somebody sets it otherwise
        await far_future(pair.kafka, SCHOOL, key)
        sent.append((b"[]", key, "bad-json"))
    await console.deliver(SCHOOL, event)
    kept = await rows(KEPT, at_least=len(sent) + 2)
    expected = {(raw, reason) for raw, _, reason in sent} | {(None, "no-value")}
    assert {(row["raw"], *row["reasons"]) for row in kept if row["id"] is None} == expected
    assert [row["id"] for row in kept if row["id"]] == [event.id], "the readable one behind them takes its place"
    assert {row["subject"] for row in kept if row["reasons"] in (["bad-id"], ["key-differs"])} == {event.subject}


async def test_the_unknown_and_the_largest_event_are_kept_whole(console: RunningService, rows: Rows) -> None:
    unknown = replace(a_support_requested(), type="nl.passendonderwijs.something-new.v1", data={"what": "of a later version"})
    largest = replace(a_consent_given(unknown.subject), sequence="000000000002", data={"n": ""})
    largest = replace(largest, data={"n": "n" * (MAX_EVENT_BYTES - len(encode(largest)))})
    await console.deliver(SCHOOL, unknown)
    await console.deliver(SCHOOL, largest)
    kept = await rows(f"SELECT id, type, body->'data' AS data, octet_length(body::text) AS size FROM ({KEPT})", at_least=2)
    assert [(row["id"], row["type"]) for row in kept] == [(unknown.id, unknown.type), (largest.id, largest.type)]
    assert kept[0]["data"] == '{"what": "of a later version"}'
    assert kept[1]["size"] > MAX_EVENT_BYTES
