"""The whole platform with what is personal in every enclosure: the team and who helps read it, and it stands nowhere in clear."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from passend_contracts import enclosures
from passend_contracts.catalogue import to_topic
from passend_contracts.enclosures import Contact, Content, Identity, Keys, Person, Story
from passend_contracts.envelope import STRUCTURED, Envelope, decode_kafka, encode
from passend_contracts.events import JGTReferred

from deploy.embedded import database, keys
from deploy.embedded.processes import SERVICES
from deploy.parties.children import DoorKeys
from tests.builders.events import BOARD, GEMEENTE, a_consent_given, a_crisis_raised, a_parents_consulted, a_support_requested
from tests.component.waiting import until
from tests.journeys.platform import WITHIN, Platform, platform
from tests.pairs.topics import catalogue_topics

IDENTITY = Identity.from_wire({"givenNames": "Fenna", "familyName": "Zandstra", "birthDate": "2018-09-17"}, closed=True)
CONTACT = Contact(people=[Person(name="Wiebe Zandstra", relation="parent", phone="06 9999 0019")])
STORY = Story(text="Fenna vertelde dat 999990019 haar geheime getal is.")
CANARIES = ("fenna", "zandstra", "2018-09-17", "06 9999 0019", "999990019")
LARGEST_FILE = 64_000_000


async def test_what_is_sealed_is_read_by_who_needs_it_and_stands_nowhere_in_clear(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)  # noqa: ASYNC240 -- PostgreSQL runs as somebody else when the tests run as root
    async with platform(tmp_path, 28280) as running:
        door = DoorKeys.read((await running.http.get(f"{running.ports.url('intake')}/v1/deursleutels")).json())
        cases = [await _sealed_by_the_school(running, door), await _posted_in_the_open(running)]
        await _wrong_places(running)
        crisis = a_crisis_raised()
        await running.post([_enclosing(crisis, door, CONTACT)], await running.token(BOARD))
        page = await _who_helps_sees(running)
        referrals = [await until(partial(_referral, running, case), bool, WITHIN) for case in cases]
        private = json.loads(keys.of_gemeenten(tmp_path).read_text(encoding="utf-8"))[GEMEENTE]
        read = [_read_by_the_team(referral, Keys.read(private)) for referral in referrals if referral]
        shown = [place async for place in _all_places(running, tmp_path)]
    assert str(CONTACT.people[0].phone) in page, "who took the crisis up can phone"
    assert read == [{"identity": IDENTITY, "contact": CONTACT, "story": STORY}] * 2
    assert len(shown) > 50, "else there would be nothing to find anything in"
    assert [where for where, text in shown if any(canary in text.lower() for canary in CANARIES)] == []


async def _sealed_by_the_school(running: Platform, door: DoorKeys) -> str:
    request = a_support_requested()
    talk = _enclosing(a_parents_consulted(request.subject), door, STORY)
    events = [_enclosing(request, door, IDENTITY, CONTACT), talk, a_consent_given(request.subject)]
    await running.post(events, await running.token(BOARD))
    return request.subject


async def _posted_in_the_open(running: Platform) -> str:
    request = a_support_requested()
    talk, consent = a_parents_consulted(request.subject), a_consent_given(request.subject)
    bodies = (_in_the_open(request, IDENTITY, CONTACT), _in_the_open(talk, STORY), _in_the_open(consent))
    assert [await _post(running, body) for body in bodies] == [202, 202, 202]
    return request.subject


async def _wrong_places(running: Platform) -> None:
    """A school that puts it where it must not stand: none of it is taken."""
    request = a_support_requested()
    wrong = {**json.loads(encode(request)), "data": {**request.data, "naam": IDENTITY.family_name, "verhaal": STORY.text}}
    broken = {**json.loads(encode(request)), "data": {**request.data, "toSeal": {"identity": {"givenNames": IDENTITY.given_names}}}}
    assert [await _post(running, json.dumps(body).encode()) for body in (wrong, broken)] == [400, 400]


async def _post(running: Platform, body: bytes) -> int:
    headers = {"Authorization": f"Bearer {await running.token(BOARD)}", "Content-Type": STRUCTURED}
    return (await running.http.post(f"{running.ports.url('intake')}/v1/gebeurtenissen", content=body, headers=headers)).status_code


def _in_the_open(event: Envelope, *contents: Content) -> bytes:
    body = json.loads(encode(event))
    plain = {enclosures.kind_of(content): content.to_wire() for content in contents}
    return json.dumps({**body, "data": {**body["data"], **({"toSeal": plain} if plain else {})}}).encode()


def _enclosing(event: Envelope, door: DoorKeys, *contents: Content) -> Envelope:
    sealed = []
    for content in contents:
        to = [door.keys[service].keys[0] for service in door.kinds[enclosures.kind_of(content)]]
        sealed.append(enclosures.seal(content, subject=event.subject, controller=BOARD, to=to))
    return replace(event, data={**event.data, "enclosures": [each.to_wire() for each in sealed]})


async def _who_helps_sees(running: Platform) -> str:
    async def links() -> list[str]:
        page = (await running.http.get(running.ports.url("mail"))).text
        return [html.unescape(link) for link in re.findall(r'href="(http[^"]+/crises/[^"]+)"', page)]

    [take] = await until(links, lambda found: len(found) == 1, WITHIN)
    assert str(CONTACT.people[0].phone) not in (await running.http.get(take)).text
    await running.http.post(take)
    return (await running.http.get(take)).text


async def _referral(running: Platform, case: str) -> Envelope | None:
    events = [decode_kafka(record.key, record.value, record.headers) for record in await _records(running, to_topic(GEMEENTE), 1)]
    return next((event for event in events if event.subject == case and "jgt-referred" in event.type), None)


def _read_by_the_team(referral: Envelope, own: Keys) -> dict[str, Content]:
    sealed = JGTReferred.from_wire(referral.data, closed=True).enclosures or []
    return {each.kind: enclosures.opened(each, subject=referral.subject, keys=own) for each in sealed}


async def _all_places(running: Platform, directory: Path) -> AsyncIterator[tuple[str, str]]:
    """Every record, row, line of a log, metric, mail and file of the installation, as text."""
    for topic, partitions in catalogue_topics().items():
        for record in await _records(running, topic, partitions):
            yield f"topic {topic}", repr((record.key, record.value, record.headers))
    for service in SERVICES:
        for table, row in await _rows(database.url(directory, running.ports.of("database"), service)):
            yield f"table {service}.{table}", row
        yield f"metrics of {service}", (await running.http.get(f"{running.ports.url(service)}/metrics")).text
    yield "mail", (await running.http.get(running.ports.url("mail"))).text
    for file in _files(directory):
        yield str(file.relative_to(directory)), (await asyncio.to_thread(file.read_bytes)).decode("utf-8", "replace")


def _files(directory: Path) -> Iterator[Path]:
    """Logs, secrets, and what PostgreSQL has on its disk, its log of changes included."""
    return (file for file in directory.rglob("*") if file.is_file() and not file.is_symlink() and file.stat().st_size < LARGEST_FILE)


async def _rows(url: str) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(url)
    try:
        tables = [row["tablename"] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return [(table, str(dict(row))) for table in tables for row in await connection.fetch(f'SELECT * FROM "{table}"')]
    finally:
        await connection.close()


async def _records(running: Platform, topic: str, partitions: int) -> list[ConsumerRecord]:
    consumer = AIOKafkaConsumer(bootstrap_servers=running.ports.kafka, enable_auto_commit=False, fetch_max_wait_ms=20)
    await consumer.start()
    try:
        places = [TopicPartition(topic, n) for n in range(partitions)]
        consumer.assign(places)
        ends, found = await consumer.end_offsets(places), list[ConsumerRecord]()
        await consumer.seek_to_beginning(*places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            found += [record for records in (await consumer.getmany(timeout_ms=200)).values() for record in records]
        return found
    finally:
        await consumer.stop()
