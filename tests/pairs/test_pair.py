"""The harness keeps its own promises: tests of one pair know nothing of each other, and addresses outlive a kill."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.pairs.pair import Pair

TOPIC = "school.cases.v1"


async def publish(pair: Pair, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=pair.kafka, acks="all", enable_idempotence=True) as producer:
        for value in values:
            await producer.send_and_wait(TOPIC, value, partition=0)


async def first_record(pair: Pair, **settings: str) -> bytes:
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=pair.kafka, auto_offset_reset="earliest", enable_auto_commit=False, **settings)
    await consumer.start()
    try:
        return bytes((await consumer.getone()).value)
    finally:
        await consumer.stop()


@pytest.mark.parametrize("test", ["first", "second"])
async def test_a_reader_from_the_earliest_record_sees_this_test_only(pair: Pair, test: str) -> None:
    await publish(pair, test.encode())
    assert await first_record(pair) == test.encode()


@pytest.mark.real_broker("consumer groups with static members")
@pytest.mark.parametrize("test", ["first", "second"])
async def test_a_static_member_of_another_test_holds_no_partition(pair: Pair, test: str) -> None:
    await publish(pair, test.encode())
    for group in ("one", "other"):
        assert await first_record(pair, group_id=group, group_instance_id=test) == test.encode()


@pytest.mark.parametrize("test", ["first", "second"])
async def test_a_database_is_new_and_its_own_service_s_only(pair: Pair, test: str) -> None:
    await make_table(pair.database_url("intake"))
    someone_else = pair.database_url("jgt_bridge").split("@", maxsplit=1)[0]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(plain(f"{someone_else}@{pair.database_url('intake').split('@')[1]}"))


@pytest.mark.parametrize("test", ["first", "second", "third"])
async def test_a_prepared_database_has_its_tables_and_nothing_of_another_test(pair: Pair, test: str) -> None:
    pair.prepare("intake")
    connection = await asyncpg.connect(plain(pair.database_url("intake")))
    assert await connection.fetch("SELECT * FROM outbox") == []
    assert await connection.fetchval("INSERT INTO outbox (lane, topic, key, type, body) VALUES ('', '', '', '', '') RETURNING n") == 1
    assert await connection.fetch("SELECT FROM pg_attribute WHERE attname = 'altered'") == []
    if test == "second":
        await connection.execute("ALTER TABLE arrival ADD COLUMN altered text")
    await connection.close()


async def test_who_stays_connected_loses_a_database_that_another_test_gets(pair: Pair) -> None:
    pair.prepare("intake")
    url = plain(pair.database_url("intake"))
    left_behind = await asyncpg.connect(url)
    await pair.databases.drop()
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
        await left_behind.execute("INSERT INTO case_lock (subject) VALUES ('x')")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(url)
    pair.prepare("intake")
    connection = await asyncpg.connect(plain(pair.database_url("intake")))
    assert await connection.fetch("SELECT * FROM case_lock") == []
    await connection.close()


async def test_a_killed_database_comes_back_with_what_was_committed(pair: Pair) -> None:
    await make_table(pair.database_url("intake"))
    await pair.restart_database()
    again = await asyncpg.connect(plain(pair.database_url("intake")))
    assert await again.fetch("SELECT * FROM something") == []
    await again.close()


async def test_a_killed_broker_comes_back_on_its_address(pair: Pair) -> None:
    await publish(pair, b"before")
    await pair.kill_broker()
    await pair.start_broker()
    await publish(pair, b"after")
    assert await first_record(pair) == (b"after" if pair.embedded else b"before")


async def make_table(url: str) -> None:
    connection = await asyncpg.connect(plain(url))
    await connection.execute("CREATE TABLE something (name text)")
    await connection.close()


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")
