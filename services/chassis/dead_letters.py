"""Inputs that cannot take effect: kept byte for byte, mirrored on the service's own topic, with reasons that hold nothing personal."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Self
from urllib.parse import quote, unquote

import structlog
from aiokafka import ConsumerRecord
from passend_contracts import catalogue
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, encode
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.transaction import Origin

log = structlog.get_logger()

MIRRORED_BYTES = 1_000_000
"""A larger body is not mirrored, only kept: with the headers of a dead letter Kafka may not take again what it took once,
and all that is published after it would wait for ever."""

Headers = Iterable[tuple[str, bytes | None]]

BURY = text("""
    INSERT INTO dead_letter (log_id, topic, partition, "offset", key, body, headers, reasons, party, seen, consumer, version)
    VALUES (:log_id, :topic, :partition, :offset, :key, :body, CAST(:headers AS jsonb), :reasons, :party, :seen, :consumer, :version)
    ON CONFLICT DO NOTHING RETURNING 1
""")
MIRROR = text("""
    INSERT INTO outbox (lane, topic, key, type, body, headers)
    VALUES ('cases', :topic, :key, 'dead-letter', :body, CAST(:headers AS jsonb))
""")


@dataclass(frozen=True, slots=True)
class Letter:
    """An input as it came, where it came from, and why it cannot take effect: codes, never a text."""

    origin: Origin
    key: bytes | None
    body: bytes | None
    headers: Headers
    reasons: Sequence[str]
    party: str | None = None
    """Who sent it, when it came through the door of this service."""
    seen: bool = False
    """Whether it was readable and is in the inbox: then its body alone can take effect later."""

    @classmethod
    def of(cls, event: Envelope, origin: Origin, party: str | None, reasons: Sequence[str]) -> Self:
        """An event that was readable when it came."""
        return cls(origin, event.subject.encode(), encode(event), KAFKA_HEADERS, reasons, party, seen=True)


async def bury(connection: AsyncConnection, letter: Letter, *, consumer: str) -> None:
    """Set it aside, once, in the transaction of its batch; the others go on."""
    kept = {
        **letter.origin._asdict(),
        "key": letter.key,
        "body": letter.body,
        # A name may hold a NUL, which jsonb cannot; quoted, an ordinary name stays as it is.
        "headers": to_json([(quote(name), base64.b64encode(value or b"").decode()) for name, value in letter.headers]).decode(),
        "reasons": list(letter.reasons),
        "party": letter.party,
        "seen": letter.seen,
        "consumer": consumer,
        "version": version("passend"),
    }
    if not (await connection.execute(BURY, kept)).first():
        return
    too_large = {"bytes_not_mirrored": str(len(letter.body))} if letter.body and len(letter.body) > MIRRORED_BYTES else {}
    where = {"topic": letter.origin.topic, "partition": str(letter.origin.partition), "offset": str(letter.origin.offset)}
    await connection.execute(
        MIRROR,
        {
            "topic": catalogue.dlq_topic(consumer),
            "key": f"{letter.origin.topic}/{letter.origin.partition}",
            "body": b"" if too_large else letter.body or b"",
            "headers": to_json({**where, "reasons": ",".join(letter.reasons), **too_large}).decode(),
        },
    )
    log.warning("dead_letter", **where, reasons=letter.reasons)


def is_mirror(record: ConsumerRecord) -> bool:
    """Whether this is a dead letter on the topic of dead letters: for the record, and for nobody to act on."""
    return record.topic.startswith("dlq.") and any(name == "reasons" for name, _ in record.headers)


def headers(kept: Sequence[Sequence[str]]) -> Headers:
    """The headers of a kept letter as they came."""
    return [(unquote(name), base64.b64decode(value)) for name, value in kept]
