"""A party's own topics, as its system uses them: emit events, and read what is addressed to it. Needs `passend-contracts[kafka]`.

What is read may come more than once, under the same id; what is emitted is safe when its `event_accepted` is read, not before.
"""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from passend_contracts import catalogue
from passend_contracts.catalogue import Lane, from_topic, lanes_of, to_topic
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, Invalid, decode_kafka, encode

KINDS = {"bg": "board", "gm": "gemeente", "sw": "swv"}
"""The kind of party by how its id begins."""


class Exchange:
    """The topics of one party: `from.<party>.v1` to emit on, `to.<party>.v1` to read, those of crises included, while it is entered.

    `security` are aiokafka's own options, such as `security_protocol` and `sasl_mechanism`.
    """

    def __init__(self, party: str, bootstrap_servers: str, *, group: str | None = None, **security: Any) -> None:
        self._party = party
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", enable_idempotence=True, **security)
        self._topics = [TopicPartition(to_topic(party, lane), 0) for lane in lanes_of(KINDS[party[:2]])]
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap_servers,
            group_id=group or f"{party}.passend",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            **security,
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        await self._consumer.start()
        self._consumer.assign(self._topics)  # each has one partition, so that there is nothing for a group to share out
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._consumer.stop()
        await self._producer.stop()

    async def emit(self, event: Envelope) -> None:
        """Put an event on our topic, under its own key; returns when Kafka has it. Raises aiokafka's KafkaError."""
        lane: Lane = catalogue.of(event.type).lane
        topic = from_topic(self._party, lane)
        await self._producer.send_and_wait(topic, encode(event), key=event.subject.encode(), headers=list(KAFKA_HEADERS))

    async def subscribe(self) -> AsyncIterator[Envelope]:
        """What is addressed to us, in order; an event counts as read when the next one is asked for, so that none is lost by a crash.

        What nobody can read is left out.
        """
        async for record in self._consumer:
            try:
                event = decode_kafka(record.key, record.value, record.headers)
            except Invalid:
                pass
            else:
                yield event
            await self._consumer.commit()
