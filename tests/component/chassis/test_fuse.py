"""When everything fails, nothing is taken any more but probes: a bad deploy parks a handful of cases, and loses none."""

from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope
from passend_contracts.events import JGTReferralAccepted

from services.chassis.fuse import CASES_IN_A_ROW
from services.chassis.transaction import Rejected, Transaction
from tests.builders.events import a_support_requested
from tests.component.chassis.ledger import IN, OUT, Faults, Ledger
from tests.component.chassis.operator import Operator
from tests.running import RunningService


async def told_of(service: RunningService, count: int) -> set[str]:
    def ids(events: list[Envelope]) -> set[str]:
        return {event.data["referral"] for event in events if event.type == of(JGTReferralAccepted).type}

    return ids(await service.until(OUT, lambda events: len(ids(events)) >= count))


async def test_a_bad_deploy_parks_a_handful_and_the_rest_goes_on_after_the_fix(
    service: RunningService, faults: Faults, operator: Operator
) -> None:
    events = [a_support_requested() for _ in range(100)]
    faults.every = True
    for event in events:
        await service.deliver(IN, event)
    await service.until_not_ready("consumer main", "FuseBlown")
    faults.every = False
    parked = {row["case"] for row in await operator.parked()}
    assert CASES_IN_A_ROW <= len(parked) < 60
    assert await told_of(service, 100 - len(parked)) == {event.id for event in events if event.subject not in parked}
    for case in parked:
        await operator.release(case)
    assert await told_of(service, 100) == {event.id for event in events}
    await service.ready()


async def test_one_case_that_always_fails_blows_no_fuse(service: RunningService, faults: Faults, operator: Operator) -> None:
    poisoned, healthy = [a_support_requested() for _ in range(CASES_IN_A_ROW + 5)], [a_support_requested() for _ in range(30)]
    faults.cases |= {event.subject: lambda _tx: 1 / 0 for event in poisoned}
    for bad, good in zip(poisoned, healthy, strict=False):
        await service.deliver(IN, bad)
        await service.deliver(IN, good)
    assert len(await told_of(service, len(poisoned))) == len(poisoned)
    await service.ready()


async def test_rejected_is_a_dead_letter_and_no_reason_to_stop(service: RunningService, faults: Faults, operator: Operator) -> None:
    def reject(_tx: Transaction[Ledger]) -> None:
        raise Rejected("no-such-school")

    rejected, healthy = [a_support_requested() for _ in range(CASES_IN_A_ROW + 5)], a_support_requested()
    faults.cases |= {event.subject: reject for event in rejected}
    for event in (*rejected, healthy):
        await service.deliver(IN, event)
    assert await told_of(service, 1) == {healthy.id}
    letters = await operator.until_letters(len(rejected))
    assert [letter["reasons"] for letter in letters] == [["no-such-school"]] * len(rejected)
    assert await operator.parked() == []
    faults.cases.clear()
    assert (await operator.release_letter(letters[0]["n"])).json()["released"] == 1
    assert len(await told_of(service, 2)) == 2


async def test_what_is_transient_is_tried_again_and_parks_nothing(service: RunningService, faults: Faults, operator: Operator) -> None:
    event = a_support_requested()

    def twice(_tx: Transaction[Ledger]) -> None:
        if faults.tried < 3:
            raise ConnectionError

    faults.cases[event.subject] = twice
    await service.deliver(IN, event)
    assert await told_of(service, 1) == {event.id}
    assert faults.tried == 3
    assert await operator.parked() == []
