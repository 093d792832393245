"""All topics of the catalogue in a region, and their creation on a broker that makes none by itself: a misspelt name is refused there."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from passend_contracts import catalogue

from services.chassis.region import Region, load

Topics = dict[str, int]
"""Number of partitions by topic."""
CONFIGS = {"compression.type": "uncompressed"}
"""The broker takes what a party has compressed apart, and refuses what is too large then: a megabyte of it may hold a thousand."""
KAFKA_ANSWERS_WITHIN = 60.0


class NotAsDeclared(RuntimeError):
    """The broker has a topic with another number of partitions, or refused one; the message names it. Order per case would be lost."""


def topics_of(region: Region) -> Topics:
    """All topics of the platform in that region: inside as the catalogue says, one partition per party and for dead letters."""
    inside = catalogue.TOPICS.values()
    ways = [way(party, lane) for party, lane in region.lanes() for way in (catalogue.from_topic, catalogue.to_topic)]
    single = [*ways, *map(catalogue.dlq_topic, catalogue.SERVICES)]
    return {topic.name: topic.partitions for topic in inside} | dict.fromkeys(single, 1)


async def create(kafka: str, topics: Topics, replicas: int) -> int:
    """Create those that are not there yet; returns how many. Raises `NotAsDeclared`, or `KafkaError` when no broker answers in time."""
    admin = await _admin(kafka)
    try:
        wanted = [NewTopic(name, partitions, replicas, topic_configs=CONFIGS) for name, partitions in topics.items()]
        answer = await admin.create_topics(wanted)
        codes = {name: code for name, code, *_ in answer.topic_errors}
        refused = [f"{name}: {for_code(code).__name__}" for name, code in codes.items() if code not in {0, TopicAlreadyExistsError.errno}]
        there = [name for name, code in codes.items() if code == TopicAlreadyExistsError.errno]
        refused += _other_partitions(await admin.describe_topics(there) if there else [], topics)
        if refused:
            raise NotAsDeclared("; ".join(refused))
        return len(topics) - len(there)
    finally:
        await admin.close()


async def _admin(kafka: str) -> AIOKafkaAdminClient:
    async with asyncio.timeout(KAFKA_ANSWERS_WITHIN):
        while True:
            admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
            try:
                await admin.start()
            except KafkaError:
                await admin.close()
                await asyncio.sleep(0.5)
            else:
                return admin


def _other_partitions(described: Iterable[dict[str, object]], topics: Topics) -> list[str]:
    found = {str(topic["topic"]): len(list(topic["partitions"])) for topic in described}  # type: ignore[call-overload]
    return [f"{name}: {count} partitions instead of {topics[name]}" for name, count in found.items() if count != topics[name]]


def main() -> None:
    """Create what is missing, say how many, and end."""
    arguments = argparse.ArgumentParser(prog="python -m deploy.kafka.topics")
    arguments.add_argument("--kafka", required=True)
    arguments.add_argument("--region", type=Path, required=True)
    arguments.add_argument("--replicas", type=int, default=1)
    options = arguments.parse_args()
    topics = topics_of(load(options.region))
    try:
        created = asyncio.run(create(options.kafka, topics, options.replicas))
    except (NotAsDeclared, KafkaError, TimeoutError) as fault:
        sys.exit(f"topics: {fault or type(fault).__name__}")
    print(json.dumps({"event": "topics_ready", "topics": len(topics), "created": created}))


if __name__ == "__main__":
    main()
