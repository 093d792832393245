"""Waiting for a broker, without a line in the log for each attempt."""

import asyncio
import logging

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError


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
