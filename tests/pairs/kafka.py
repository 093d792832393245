"""Waiting for a broker, without a line in the log for each attempt; and the end of what aiokafka forgets."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError


@contextmanager
def connections_closed() -> Iterator[None]:
    """Close every connection of aiokafka at the end: a client that is cancelled in its first question to a broker forgets that one.

    When it was collected later, Python complained of the socket, and a test that came by then failed of it.
    """
    made, connect = WeakSet[AIOKafkaConnection](), AIOKafkaConnection.connect

    async def remembered(connection: AIOKafkaConnection) -> Any:
        made.add(connection)
        return await connect(connection)

    AIOKafkaConnection.connect = remembered
    try:
        yield
    finally:
        AIOKafkaConnection.connect = connect
        for connection in made:
            connection.close()


async def wait_for_kafka(kafka: str, seconds: float = 180) -> None:
    """Return when the broker answers; raises `TimeoutError` when it does not in time."""
    async with asyncio.timeout(seconds):
        while not await _answers(kafka):  # noqa: ASYNC110 -- another process, so nothing to be woken by
            await asyncio.sleep(0.1)


async def _answers(kafka: str) -> bool:
    client = AIOKafkaClient(bootstrap_servers=kafka)
    logger = logging.getLogger("aiokafka")
    try:
        logger.disabled = True  # it logs each refused attempt as an error: 60 of them while a broker starts
        await client.bootstrap()
    except (KafkaError, OSError):
        return False
    finally:
        logger.disabled = False
        await client.close()
    return True
