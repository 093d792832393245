"""The doors of the from-topics: whatever record a party puts there, it gets its rejection; nobody else notices, and nothing is shown."""

from collections.abc import Sequence

import pytest
from aiokafka import ConsumerRecord
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope, read_back
from passend_contracts.events import EventAccepted, EventRejected

from tests.component.doors.answers import Answers
from tests.component.doors.canary import assert_nothing_kept, traces
from tests.component.doors.door import Door
from tests.component.doors.inputs import Errors, Input, a_good, as_json, on_both_ways, on_kafka
from tests.component.facts import rows
from tests.pairs.pair import Pair
from tests.running import RunningService

ANSWERS = {of(EventAccepted).type, of(EventRejected).type}


async def put(service: RunningService, door: Door, record: Input) -> None:
    await service.topics.put(door.from_topic, record.body, key=record.key, headers=record.headers)


async def answers_at(door: Door, service: RunningService, count: int) -> list[Envelope]:
    """So many receipts and rejections, in order: the party has one topic of one partition. A record that was read twice counts once."""

    def answers(records: Sequence[ConsumerRecord]) -> list[Envelope]:
        events = (read_back(record.value) for record in records)
        return list({event.id: event for event in events if event.type in ANSWERS}.values())

    return answers(await service.topics.records(door.to_topic, lambda records: len(answers(records)) >= count))


def told(answer: Envelope) -> tuple[str, Errors]:
    """What a rejection is about and its errors; none for a receipt."""
    return answer.subject, tuple((error["path"], error["code"]) for error in answer.data.get("errors", ()))


async def test_a_bad_record_is_told_all_that_is_wrong_and_stops_nothing(
    door: Door,
    service: RunningService,
    pair: Pair,
    answers: Answers,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    taken = a_good(door)
    bad = [*on_both_ways(door, taken), *on_kafka(door)]
    good = await door.with_effect(service, len(bad))

    await put(service, door, Input("good", as_json(taken), (), key=taken["subject"].encode()))
    for record, healthy in zip(bad, good, strict=True):
        await put(service, door, record)
        await service.topics.emit(door.from_topic, healthy)

    first, *given = await answers_at(door, service, 1 + 2 * len(bad))
    assert (first.subject, first.data["event"]) == (taken["subject"], taken["id"])
    rejections, receipts = given[::2], given[1::2]
    for record, answer in zip(bad, rejections, strict=True):
        answers.on_topic(record.what, "the party" if answer.subject == door.party else "its case", told(answer)[1])
    assert {record.what: told(answer) for record, answer in zip(bad, rejections, strict=True)} == {
        record.what: (record.case or door.party, record.errors) for record in bad
    }
    assert [receipt.data.get("event") for receipt in receipts] == [event.id for event in good]
    await door.acted_upon(service, good)
    arrived = {row["id"] for row in await rows(pair, door.service, "SELECT id FROM arrival")}
    assert arrived == {taken["id"], *(event.id for event in good)}
    records = await service.topics.records(door.to_topic, lambda _: True)
    assert traces(*(part for record in records for part in (record.key, record.headers, record.value))) == []
    await assert_nothing_kept(door, pair, capsys, caplog)
