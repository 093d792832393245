"""A gemeente's own system, on the contracts and Kafka only: reads what is addressed to it and takes every referral on after a while."""

import argparse
import asyncio
import json
import logging
import signal
import time
import tomllib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from passend_contracts import catalogue, enclosures
from passend_contracts.catalogue import LOG_ID_TOPIC, from_topic, to_topic
from passend_contracts.enclosures import Enclosure, Keys, Refused
from passend_contracts.envelope import KAFKA_HEADERS, Envelope, Invalid, decode_kafka, encode
from passend_contracts.events import JGTReferred

from deploy.parties.desk import Desk

FETCH_WAIT_MS = 250
LOOK_EVERY_MS = 500
WITHIN = 20.0
"""Seconds for any one wait on the broker; after that everything is connected anew and said again, under the same ids."""
LOG_ID = TopicPartition(LOG_ID_TOPIC, 0)


class NewLog(Exception):
    """Behind the broker's address is another log than before: positions in the old one say nothing about it."""


class Gemeente:
    """The system of one gemeente. Outages of the broker, and a new and empty one in its place, need no help from anybody."""

    def __init__(self, party: str, source: str, kafka: str, after: float, keys: Keys) -> None:
        self._party, self._source, self._kafka, self._after, self._keys = party, source, kafka, after, keys
        self._topic = TopicPartition(to_topic(party), 0)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                async with self._connected() as (consumer, producer):
                    await self._work(consumer, producer)
            except NewLog:
                self._say("new_log")
            except (KafkaError, OSError) as gone:  # TimeoutError is an OSError
                self._say("broker_away", why=type(gone).__name__)
                await asyncio.sleep(1)

    async def _work(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
        desk = Desk(self._source, self._after)
        log_id = await self._log_id(consumer)  # before the position is looked up, so that the two cannot be of two logs
        consumer.assign([LOG_ID, self._topic] if log_id else [self._topic])
        self._say("reading_topic", topic=self._topic.topic)
        committed = position = await consumer.committed(self._topic) or 0
        while True:
            records = (await consumer.getmany(self._topic, timeout_ms=LOOK_EVERY_MS)).get(self._topic, [])
            if log_id and await self._log_id(consumer) != log_id:
                raise NewLog
            for record in records:
                self._read(desk, record)
                position = record.offset + 1
            await asyncio.gather(*(self._send(producer, answer) for answer in desk.due(time.monotonic())))
            if (finished := desk.finished_before(position)) != committed:
                await asyncio.wait_for(consumer.commit({self._topic: finished}), WITHIN)
                committed = finished

    def _read(self, desk: Desk, record: ConsumerRecord) -> None:
        try:
            event = decode_kafka(record.key, record.value, record.headers)
            if meant := desk.read(event, record.offset, time.monotonic()):
                self._say(meant, case=event.subject, **self._opened(event))
        except Invalid as unreadable:
            self._say("unreadable", offset=record.offset, problems=[problem.code for problem in unreadable.problems])

    def _opened(self, event: Envelope) -> dict[str, list[str]]:
        """Which sealed parts opened with our key, or why one did not; what is in them goes to the team's own file, and to no log."""
        data = catalogue.read(event)
        if not isinstance(data, JGTReferred):
            return {}
        return {"enclosures": [self._open(each, event.subject) for each in data.enclosures or ()]}

    def _open(self, enclosure: Enclosure, case: str) -> str:
        try:
            return enclosures.kind_of(enclosures.opened(enclosure, subject=case, keys=self._keys))
        except Refused as refused:
            return f"{enclosure.kind}: {refused.code}"

    async def _send(self, producer: AIOKafkaProducer, answer: Envelope) -> None:
        sending = producer.send_and_wait(from_topic(self._party), encode(answer), key=answer.subject.encode(), headers=list(KAFKA_HEADERS))
        await asyncio.wait_for(sending, WITHIN)
        self._say("accepted", case=answer.subject)

    async def _log_id(self, consumer: AIOKafkaConsumer) -> bytes | None:
        """Which log this is; None on a broker that keeps its log, and so has no such topic."""
        if LOG_ID not in consumer.assignment():
            if LOG_ID_TOPIC not in await consumer.topics():
                return None
            consumer.assign([LOG_ID])
        consumer.seek(LOG_ID, 0)
        record: ConsumerRecord = await asyncio.wait_for(consumer.getone(LOG_ID), WITHIN)
        return bytes(record.value)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[AIOKafkaConsumer, AIOKafkaProducer]]:
        """A consumer and a producer, new each time: a broken one heals nobody."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka,
            group_id=f"{self._party}.jeugd",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=FETCH_WAIT_MS,
        )
        producer = AIOKafkaProducer(bootstrap_servers=self._kafka, acks="all", enable_idempotence=True, linger_ms=0)
        try:
            await consumer.start()
            await producer.start()
            yield consumer, producer
        finally:
            for client in (consumer, producer):
                with suppress(TimeoutError, KafkaError):
                    await asyncio.wait_for(client.stop(), WITHIN)

    def _say(self, event: str, **facts: object) -> None:
        print(json.dumps({"event": event, "party": self._party, **facts}), flush=True)


async def run(gemeenten: Iterable[Gemeente]) -> None:
    """Run these systems until SIGTERM or SIGINT."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it logs a refused broker ten times a second; we say it ourselves
    running = asyncio.gather(*(gemeente.run() for gemeente in gemeenten))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with suppress(asyncio.CancelledError):
        await running


def _of_region(region: Path) -> list[list[str]]:
    gemeenten = tomllib.loads(region.read_text(encoding="utf-8"))["gemeente"]
    return [[gemeente["id"], f"{gemeente['urn']}:systeem:jeugd"] for gemeente in gemeenten]


def main() -> None:
    """Run the systems named on the command line as `party=source`, or those of all gemeenten of a region."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.parties.gemeente")
    arguments.add_argument("systems", nargs="*", metavar="gm0546=urn:nld:oin:...:systeem:jeugd")
    arguments.add_argument("--kafka", default="127.0.0.1:9092")
    arguments.add_argument("--after", type=float, default=2.0, metavar="SECONDS")
    arguments.add_argument("--region", type=Path, help="a region file: the systems of all its gemeenten")
    arguments.add_argument("--keys", type=Path, help="their private keys: a JSON object with a JWKS for each gemeente by its id")
    options = arguments.parse_args()
    if bool(options.systems) == bool(options.region):
        arguments.error("name systems, or a region")
    systems = _of_region(options.region) if options.region else [system.split("=", 1) for system in options.systems]
    keys = json.loads(options.keys.read_text(encoding="utf-8")) if options.keys else {}
    own = {party: Keys.read(keys[party]) if party in keys else Keys() for party, _ in systems}
    asyncio.run(run([Gemeente(party, source, options.kafka, options.after, own[party]) for party, source in systems]))


if __name__ == "__main__":
    main()
