"""An event was let in, and before it took effect a release came that no longer has its version: it stops nobody and is lost to nobody."""

from dataclasses import replace

import asyncpg
from passend_contracts.envelope import encode

from tests.component.doors.door import Door
from tests.component.facts import rows, until_there
from tests.pairs.pair import Pair
from tests.running import RunningService

LET_IN = """
    INSERT INTO arrival (source, id, lane, party, subject, content_hash, receipt, received_at, body)
    VALUES ($1, $2, 'cases', $3, $4, '', gen_random_uuid(), now(), $5)
"""
LETTER = "SELECT reasons, party, body FROM dead_letter"


async def test_an_event_of_a_version_that_is_gone_becomes_a_dead_letter_and_what_came_after_it_takes_effect(
    door: Door, service: RunningService, pair: Pair
) -> None:
    [after] = await door.with_effect(service, 1)
    gone = replace(door.example(), type="nl.passendonderwijs.given-up.v1")
    connection = await asyncpg.connect(pair.database_url(door.service).replace("+asyncpg", ""))
    await connection.execute(LET_IN, gone.source, gone.id, door.party, gone.subject, encode(gone))
    await connection.close()
    await service.topics.emit(door.from_topic, after)
    await door.acted_upon(service, [after])
    await until_there(pair, door.service, LETTER)
    [letter] = await rows(pair, door.service, LETTER)
    assert (letter["reasons"], letter["party"], letter["body"]) == (["unknown-type"], door.party, encode(gone))
