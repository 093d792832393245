"""Records that nobody can read: kept byte for byte, mirrored on the service's own topic, with reasons that hold nothing personal."""

import base64
from importlib.metadata import version
from urllib.parse import quote

import structlog
from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.envelope import Invalid
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

log = structlog.get_logger()

BURY = text("""
    INSERT INTO dead_letter (log_id, topic, partition, "offset", key, body, headers, reasons, consumer, version)
    VALUES (:log_id, :topic, :partition, :offset, :key, :body, CAST(:headers AS jsonb), :reasons, :consumer, :version)
    ON CONFLICT DO NOTHING RETURNING 1
""")
MIRROR = text("""
    INSERT INTO outbox (topic, key, type, body, headers) VALUES (:topic, :key, 'dead-letter', :body, CAST(:headers AS jsonb))
""")


async def bury(connection: AsyncConnection, record: ConsumerRecord, log_id: str, invalid: Invalid, *, consumer: str) -> None:
    """Set the record aside, once, in the transaction of its batch; the partition goes on."""
    reasons = sorted({problem.code for problem in invalid.problems})
    letter = {
        "log_id": log_id,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "body": record.value,
        # A name may hold a NUL, which jsonb cannot; quoted, an ordinary name stays as it is.
        "headers": to_json([(quote(name), base64.b64encode(value or b"").decode()) for name, value in record.headers]).decode(),
        "reasons": reasons,
        "consumer": consumer,
        "version": version("passend"),
    }
    if not (await connection.execute(BURY, letter)).first():
        return
    where = {"topic": record.topic, "partition": str(record.partition), "offset": str(record.offset)}
    await connection.execute(
        MIRROR,
        {
            "topic": catalogue.dlq_topic(consumer),
            "key": f"{record.topic}/{record.partition}",
            "body": record.value or b"",
            "headers": to_json({**where, "reasons": ",".join(reasons)}).decode(),
        },
    )
    log.warning("dead_letter", **where, reasons=reasons)
