"""Where a consumer is in a log, kept in the same transaction as the effects: the database decides, Kafka's offset is a copy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import ConsumerRecord, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

STORED = text("SELECT topic, partition, next_offset FROM consumer_offset WHERE consumer = :consumer AND log_id = :log_id")
# A consumer that was cut off may commit late: within one log a position never goes back by an upsert.
STORE = text("""
    INSERT INTO consumer_offset AS stored (consumer, topic, partition, log_id, next_offset)
    SELECT :consumer, topic, partition, :log_id, next_offset
    FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS int[]), CAST(:offsets AS bigint[])) AS fresh (topic, partition, next_offset)
    ORDER BY topic, partition
    ON CONFLICT (consumer, topic, partition) DO UPDATE SET log_id = excluded.log_id, next_offset = CASE
        WHEN stored.log_id = excluded.log_id THEN greatest(stored.next_offset, excluded.next_offset) ELSE excluded.next_offset END
""")
FORGET = text("DELETE FROM consumer_offset WHERE consumer = :consumer AND topic = :topic AND partition = :partition")


@dataclass(frozen=True)
class Positions:
    """The positions of one consumer of a service in the log of that id; a partition of a new log starts at 0."""

    consumer: str
    log_id: str

    async def load(self, connection: AsyncConnection, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """The next offset to read of each of these partitions."""
        rows = await connection.execute(STORED, {"consumer": self.consumer, "log_id": self.log_id})
        stored = {TopicPartition(row.topic, row.partition): row.next_offset for row in rows}
        return {partition: stored.get(partition, 0) for partition in partitions}

    async def store(self, connection: AsyncConnection, after: Mapping[TopicPartition, int]) -> None:
        """Remember the next offsets; they count when the caller's transaction commits."""
        await connection.execute(
            STORE,
            {
                "consumer": self.consumer,
                "log_id": self.log_id,
                "topics": [partition.topic for partition in after],
                "partitions": [partition.partition for partition in after],
                "offsets": list(after.values()),
            },
        )

    async def forget(self, connection: AsyncConnection, partitions: Collection[TopicPartition]) -> None:
        """Begin anew with these partitions."""
        for partition in partitions:
            await connection.execute(FORGET, {"consumer": self.consumer, "topic": partition.topic, "partition": partition.partition})


def after(records: Sequence[ConsumerRecord]) -> dict[TopicPartition, int]:
    """The next offset of each partition once these records are done; they come in order within a partition."""
    return {TopicPartition(record.topic, record.partition): record.offset + 1 for record in records}
