"""A party sends again until it has its answer: the same event gets the same one, whichever way it comes."""

from dataclasses import replace

from passend_contracts.envelope import STRUCTURED, encode
from passend_contracts.events import EventRejected

from tests.component.doors.door import Door
from tests.component.doors.inputs import as_json
from tests.component.doors.test_from_topic import answers_at
from tests.component.facts import told_about
from tests.component.issuer import Issuer, bearer
from tests.running import RunningService


async def test_a_repeat_gets_the_receipt_of_the_first(door: Door, service: RunningService, issuer: Issuer) -> None:
    [event] = await door.with_effect(service, 1)
    headers = {"Content-Type": STRUCTURED, **bearer(issuer.token(door.party))}
    first, again = [await service.http.post("/v1/gebeurtenissen", content=encode(event), headers=headers) for _ in range(2)]
    await service.topics.emit(door.from_topic, event)
    [told] = await answers_at(door, service, 1)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json() == told.data
    assert first.headers["location"] == again.headers["location"] == told.data["case"]


async def test_an_id_that_is_used_for_something_else_is_counted_whichever_way_it_comes(
    door: Door, service: RunningService, issuer: Issuer
) -> None:
    [event] = await door.with_effect(service, 1)
    headers = {"Content-Type": STRUCTURED, **bearer(issuer.token(door.party))}
    other = replace(event, dataref="https://example.org/another")
    before = await reused(service)
    answers = [await service.http.post("/v1/gebeurtenissen", content=encode(each), headers=headers) for each in (event, event, other)]
    await service.topics.emit(door.from_topic, other)
    [told] = await told_about(service, door.to_topic, EventRejected, [event.subject])
    assert [answer.status_code for answer in answers] == [202, 200, 400]
    assert answers[-1].json()["errors"] == told.data["errors"]
    assert await reused(service) == before + 2


async def reused(service: RunningService) -> int:
    """How often this service has turned an id away because it stood for something else, as its metrics say."""
    lines = (await service.http.get("/metrics")).text.splitlines()
    counted = f'events_rejected_total{{code="id-reused",service="{service.name}"}} '
    return sum(int(float(line.removeprefix(counted))) for line in lines if line.startswith(counted))


async def test_the_same_bad_record_gets_the_same_rejection(door: Door, service: RunningService) -> None:
    for _ in range(2):
        await service.topics.put(door.from_topic, as_json([]), key=None)
    first, *again = await told_about(service, door.to_topic, EventRejected, [door.party], times=2)
    assert {(each.id, each.data["errors"][0]["code"]) for each in again} == {(first.id, "bad-json")}
