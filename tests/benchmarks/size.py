"""Whether a hop slows down as its tables grow: the same load into small tables and into large ones, by turns.

Inbox and outbox hold rows of many months, all of them published; locks and referrals a quarter as many. All are made by SQL.
"""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from passend_contracts.envelope import encode

from services.jgt_bridge.app import NAME
from tests.benchmarks import ours
from tests.benchmarks.bare import TOLD
from tests.benchmarks.form import Form
from tests.benchmarks.hop import BACKLOG, FEW
from tests.benchmarks.load import EVENTS_PER_CASE, OUTGOING, Load, partitions_of, plain, records_on
from tests.benchmarks.stopwatch import Took
from tests.benchmarks.table import Aim, Point, Row
from tests.builders.events import BOARD, GEMEENTE, GEMEENTE_SYSTEM, SCHOOL_SYSTEM, a_referral, an_acceptance
from tests.pairs.databases import make_tables
from tests.pairs.pair import Pair

SMALL = 10_000
GROWN, GROWN_LARGE = 1_000_000, 10_000_000
AT_ONCE = 500_000
AIM = Aim("≥", 0.9, times=True)
WITHIN = 120.0
TO_THE_END = -1

# In the order of their months, as they would have come: so each month's index is filled while it is warm.
MAKE_INBOX = f"""
    INSERT INTO inbox (source, id, "time")
    SELECT '{SCHOOL_SYSTEM}', gen_random_uuid()::text, now() - interval '420 days' * (1 - n / $3::float8)
    FROM generate_series($1::bigint, $2::bigint) AS n
"""
MAKE_OUTBOX = f"""
    INSERT INTO outbox (lane, topic, key, type, body, written_at, published_at)
    SELECT 'cases', '{OUTGOING}', gen_random_uuid()::text, $4, $5, at, at
    FROM generate_series($1::bigint, $2::bigint) AS n, LATERAL (SELECT now() - interval '59 days' * (1 - n / $3::float8) AS at) AS written
"""
MAKE_CASES = f"""
    WITH fresh AS (SELECT gen_random_uuid()::text AS id FROM generate_series(1, $1)), locks AS (
        INSERT INTO case_lock (subject, sequences) SELECT id, '{{"{OUTGOING}": {EVENTS_PER_CASE}}}' FROM fresh
    )
    INSERT INTO referral (case_id, board, board_urn, school, municipality, age_band, consents, state, open)
    SELECT id, '{BOARD}', '{SCHOOL_SYSTEM.partition(":systeem:")[0]}', '90AA00', '{GEMEENTE}', '6-7', '[]', 'none', true FROM fresh
"""


async def measured(pair: Pair, form: Form) -> list[Row]:
    """Events per second into each, the same events into both."""
    sizes = form.load(SMALL), form.load(GROWN, GROWN_LARGE)
    events = form.load(BACKLOG["docker"])
    async with pair.for_one_test() as fresh:
        urls = [fresh.database_url(f"{NAME}_{which}") for which in ("small", "grown")]
        for url, rows in zip(urls, sizes, strict=True):
            await _grow(url, rows)
        await fresh.databases.execute("CHECKPOINT")
        await _drained(fresh.kafka, urls, Load.of(FEW))
        took = [await _drained(fresh.kafka, urls[:: -1 if number % 2 else 1], Load.of(events)) for number in range(form.rounds)]
    small, grown = ([events / each[url].clock for each in took] for url in urls)
    name = "one hop, inbox and outbox of {:,} rows each"
    return [
        Row(name.format(sizes[1]), "events/s", grown, f"{sizes[0]:,} rows", small, aims=(AIM,), point=Point("rows", sizes[1])),
        Row(name.format(sizes[0]), "events/s", small, point=Point("rows", sizes[0])),
    ]


async def _drained(broker: str, urls: Sequence[str], load: Load) -> dict[str, Took]:
    """What the same load took into each database, in this order; what one told is gone before the next, which would miss it."""
    await load.publish(broker)
    took = {}
    for url in urls:
        async with asyncio.timeout(WITHIN):
            took[url] = await ours.run(broker, url, load, embedded=False)
        told = await records_on(broker, OUTGOING)
        assert told == load.events, f"of {load.events} events {told} were told"
        await _forget_what_was_told(broker)
    return took


async def _forget_what_was_told(broker: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    try:
        await admin.delete_records({partition: RecordsToDelete(before_offset=TO_THE_END) for partition in partitions_of(OUTGOING)})
    finally:
        await admin.close()


async def _grow(url: str, rows: int) -> None:
    await make_tables(url, ours.MIGRATIONS)
    database = await asyncpg.connect(plain(url))
    try:
        await database.execute("SET synchronous_commit = off")
        body = encode(an_acceptance(a_referral(str(uuid4())), source=GEMEENTE_SYSTEM, producer="jgt_bridge"))
        for first in range(1, rows + 1, AT_ONCE):
            last = min(first + AT_ONCE - 1, rows)
            await database.execute(MAKE_INBOX, first, last, rows)
            await database.execute(MAKE_OUTBOX, first, last, rows, TOLD.type, body)
            await database.execute(MAKE_CASES, (last - first + 1) // EVENTS_PER_CASE)
        await database.execute("VACUUM (ANALYZE)")
    finally:
        await database.close()
