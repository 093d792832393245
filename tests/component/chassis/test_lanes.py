"""A crisis waits for nothing: not for a thousand other events, not for a case that is locked or parked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope, encode
from passend_contracts.events import CrisisRaised, EventAccepted, EventRejected, NextStepSet, SupportRequested

from services.intake import app as intake_app
from tests.builders.events import BOARD, a_crisis_raised, a_crisis_updated, a_support_requested
from tests.component.issuer import Issuer, bearer
from tests.pairs.pair import Pair
from tests.running import RunningService

CRISES = "school.crises.v1"


async def post(service: RunningService, issuer: Issuer, *events: Envelope) -> list[int]:
    headers = {**bearer(issuer.token(BOARD)), "Content-Type": "application/cloudevents+json"}
    return [(await service.http.post("/v1/gebeurtenissen", content=encode(event), headers=headers)).status_code for event in events]


async def test_a_crisis_goes_from_either_door_to_its_own_topic(intake: RunningService, issuer: Issuer) -> None:
    over_http, over_kafka = a_crisis_raised(), a_crisis_raised()
    assert await post(intake, issuer, over_http) == [202]
    await intake.topics.emit(f"from.{BOARD}.crises.v1", over_kafka)
    told = await intake.until(CRISES, lambda events: len(events) >= 2)
    assert {(event.id, event.producer) for event in told} == {(over_http.id, "intake"), (over_kafka.id, "intake")}
    [receipt] = await intake.told(f"to.{BOARD}.crises.v1", EventAccepted)
    assert receipt.data["event"] == over_kafka.id


async def test_each_lane_takes_only_what_belongs_there(intake: RunningService) -> None:
    await intake.topics.emit(f"from.{BOARD}.crises.v1", a_support_requested())
    await intake.topics.emit(f"from.{BOARD}.v1", a_crisis_raised())
    for topic in (f"to.{BOARD}.crises.v1", f"to.{BOARD}.v1"):
        [rejected] = await intake.told(topic, EventRejected)
        assert [error["code"] for error in rejected.data["errors"]] == ["wrong-topic"]


async def test_a_crisis_passes_a_case_that_is_locked_and_is_taken_up_in_it_afterwards(
    intake: RunningService, issuer: Issuer, pair: Pair
) -> None:
    request = a_support_requested()
    await post(intake, issuer, request)
    await intake.told("school.cases.v1", SupportRequested)
    async with _database(pair) as holder, holder.transaction():
        await holder.execute("SELECT * FROM case_lock WHERE subject = $1 FOR UPDATE", request.subject)
        assert await post(intake, issuer, a_crisis_raised(case_id=request.subject)) == [202]
        await intake.told(CRISES, CrisisRaised)
    steps = await intake.until("guard.cases.v1", lambda told: sum(event.type == of(NextStepSet).type for event in told) >= 2)
    kinds = {step["kind"] for step in steps[-1].data["obligations"]}
    assert kinds == {"consult_parents", "plan_after_crisis"}


async def test_a_crisis_passes_a_parked_case_though_it_bears_its_id(intake: RunningService, issuer: Issuer, pair: Pair) -> None:
    request = a_support_requested()
    await post(intake, issuer, request)
    await intake.told("school.cases.v1", SupportRequested)
    async with _database(pair) as database:
        await database.execute("UPDATE case_lock SET parked = true WHERE subject = $1", request.subject)
        assert await post(intake, issuer, a_crisis_raised(request.subject), a_crisis_updated(request.subject)) == [202, 202]
        assert len(await intake.until(CRISES, lambda events: len(events) >= 2)) == 2


async def test_a_crisis_waits_for_no_lock_of_the_other_lane(intake: RunningService, issuer: Issuer, pair: Pair) -> None:
    crisis = a_crisis_raised()
    await post(intake, issuer, crisis)
    await intake.told(CRISES, CrisisRaised)
    async with _database(pair) as database, database.transaction():
        await database.execute("INSERT INTO case_lock (subject) VALUES ($1), ($2) ON CONFLICT DO NOTHING", crisis.subject, BOARD)
        await database.execute("SELECT * FROM case_lock WHERE subject IN ($1, $2) FOR UPDATE", crisis.subject, BOARD)
        await intake.topics.put(f"from.{BOARD}.crises.v1", b"{", key=b"x")  # its rejection is addressed to the board
        await intake.topics.emit(f"from.{BOARD}.crises.v1", a_crisis_raised())
        assert await post(intake, issuer, a_crisis_updated(crisis.subject)) == [202]
        assert len(await intake.until(CRISES, lambda events: len(events) >= 3)) == 3


@asynccontextmanager
async def _database(pair: Pair) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(pair.database_url(intake_app.NAME).replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def test_a_crisis_of_no_known_case_is_told_all_the_same(intake: RunningService, issuer: Issuer) -> None:
    crises = [a_crisis_raised(), a_crisis_raised(case_id=str(uuid4())), a_crisis_updated(str(uuid4()))]
    assert await post(intake, issuer, *crises) == [202] * 3
    assert len(await intake.until(CRISES, lambda events: len(events) >= 3)) == 3
