"""No batch is passed over: not for what a record's headers hold, and not for what fails where nobody tries again."""

import asyncio
import struct

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.record.default_records import DefaultRecordBase
from aiokafka.record.util import calc_crc32c
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, encode
from passend_contracts.events import JGTReferralAccepted

from services.chassis.transaction import Transaction
from tests.builders.events import a_support_requested
from tests.component.chassis.ledger import DEAD, IN, OUT, Faults, Ledger
from tests.pairs.pair import Pair
from tests.running import RunningService


@pytest.mark.parametrize("value", [b"\xff\xfe", b"", None], ids=["no UTF-8", "empty", "null"])
async def test_a_header_of_any_kind_keeps_no_event_from_taking_effect(service: RunningService, value: bytes | None) -> None:
    event = a_support_requested()
    await put(service, event, ("x-trace", value))
    assert [told.data["referral"] for told in await service.told(OUT, JGTReferralAccepted)] == [event.id]


async def test_a_header_that_asks_for_an_answer_gets_none(service: RunningService) -> None:
    first, second = a_support_requested(), a_support_requested()
    await put(service, first, ("reply_to", DEAD.encode()))
    await put(service, second, ("reply_to", DEAD.encode()))
    await service.until(OUT, lambda told: {first.id, second.id} <= {event.data.get("referral") for event in told})
    await service.topics.put(IN, b"{", key=None)  # a dead letter, after which nothing of these two can still come
    assert [dict(record.headers).get("reasons") for record in await service.topics.records(DEAD, bool)] == [b"bad-json"]


async def test_what_ends_as_if_it_were_cancelled_is_tried_again_and_nothing_after_it_goes_first(
    service: RunningService, faults: Faults
) -> None:
    cancelled: list[str] = []

    def once(tx: Transaction[Ledger]) -> None:
        if not cancelled:
            cancelled.append(tx.event.id)
            raise asyncio.CancelledError

    case = a_support_requested().subject
    faults.cases[case] = once
    events = [a_support_requested(case), *(a_support_requested() for _ in range(20)), a_support_requested(case)]
    for event in events:
        await service.deliver(IN, event)
    told = await service.until(OUT, lambda told: {event.id for event in events} <= {each.data.get("referral") for each in told})
    assert cancelled == [events[0].id]
    assert [each.data["referral"] for each in told if each.subject == case] == [events[0].id, events[-1].id]
    await service.ready()


async def put(service: RunningService, event: Envelope, header: tuple[str, bytes | None]) -> None:
    """The event as its writer would put it, with one header more."""
    await service.topics.put(IN, encode(event, "000000000001"), key=event.subject.encode(), headers=(*KAFKA_HEADERS, header))


async def test_a_header_whose_name_is_no_text_stops_nobody(service: RunningService, pair: Pair) -> None:
    odd, after = a_support_requested(), a_support_requested()
    await put_at_once(pair.kafka, encode(odd, "000000000001"), key=odd.subject.encode(), name=b"\xffname")
    await service.deliver(IN, after)
    told = await service.until(OUT, lambda told: {odd.id, after.id} <= {event.data.get("referral") for event in told})
    assert len(told) == 2
    await service.ready()


async def put_at_once(kafka: str, value: bytes, *, key: bytes, name: bytes) -> None:
    """A batch of two records, of which the first holds nothing and the second a header of that name, whatever its bytes are."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        batch = producer.create_batch()
        batch.append(key=key, value=None, timestamp=None)
        batch.append(key=key, value=value, timestamp=None, headers=[*KAFKA_HEADERS, ("Z" * len(name), b"")])
        batch._buffer = raw = bytearray(batch._build().replace(b"Z" * len(name), name))  # noqa: SLF001 -- no client sends such a name
        struct.pack_into(">I", raw, DefaultRecordBase.CRC_OFFSET, calc_crc32c(bytes(raw[DefaultRecordBase.ATTRIBUTES_OFFSET :])))
        await (await producer.send_batch(batch, IN, partition=0))


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_a_record_may_be_compressed_in_whichever_way(service: RunningService, pair: Pair, codec: str) -> None:
    event = a_support_requested()
    async with AIOKafkaProducer(bootstrap_servers=pair.kafka, compression_type=codec) as producer:
        await producer.send_and_wait(IN, encode(event, "000000000001"), key=event.subject.encode(), headers=list(KAFKA_HEADERS))
    assert [told.data["referral"] for told in await service.told(OUT, JGTReferralAccepted)] == [event.id]


@pytest.mark.real_broker("it takes apart what was compressed, and the embedded one does not")
async def test_a_small_batch_that_holds_very_much_is_refused_by_the_broker(pair: Pair) -> None:
    async with AIOKafkaProducer(bootstrap_servers=pair.kafka, compression_type="gzip", max_request_size=100_000_000) as producer:
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(IN, b" " * 50_000_000)
