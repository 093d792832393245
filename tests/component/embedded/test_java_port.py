"""The port for clients in Java; one of them goes its whole way through it in tests/foreign."""

import asyncio
import struct

from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient

from tests.component.embedded.parts import WITHIN, Broker
from tests.component.embedded.test_broker import TOPIC, read, reader

VERSIONS_BY_JAVA = struct.pack(">hhih4sx", 18, 4, 7, 4, b"java") + b"\x05java\x06" + b"4.3.1\x00"
"""As kafka-clients asks which versions a broker speaks."""


async def test_a_question_that_the_cluster_cannot_read_is_refused_as_kafka_refuses_it(broker: Broker) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.java_port)
    writer.write(struct.pack(">i", len(VERSIONS_BY_JAVA)) + VERSIONS_BY_JAVA)
    async with asyncio.timeout(WITHIN):
        (length,) = struct.unpack(">i", await reader.readexactly(4))
        answer = struct.unpack(">ihihhh", await reader.readexactly(length))
    writer.close()
    assert answer == (7, 35, 1, 18, 0, 2)


async def test_a_client_stays_at_the_port_that_it_came_to(broker: Broker) -> None:
    client = AIOKafkaClient(bootstrap_servers=f"127.0.0.1:{broker.java_port}")
    await client.bootstrap()
    assert {each.port for each in client.cluster.brokers()} == {broker.java_port}
    await client.close()


async def test_what_is_written_there_is_read_at_the_broker_s_own_port(broker: Broker) -> None:
    async with AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{broker.java_port}", acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait(TOPIC.topic, b"from Java", partition=TOPIC.partition)
    async with reader(broker) as consumer:
        assert await read(consumer, 1) == [b"from Java"]
