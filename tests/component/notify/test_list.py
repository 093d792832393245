"""Who is on call finds every open crisis on the list, by whatever was heard of it first."""

from uuid import uuid4

from passend_contracts.envelope import Envelope

from tests.builders.events import a_crisis_raised, a_crisis_updated
from tests.component.issuer import Issuer, bearer
from tests.component.waiting import until
from tests.running import PATIENCE, RunningService

CRISES = "school.crises.v1"


async def on_the_list(notify: RunningService, issuer: Issuer) -> dict[str, str]:
    answer = await notify.http.get("/v1/crises", headers=bearer(issuer.token("console", scope="operator")))
    return {crisis["id"]: crisis["state"] for crisis in answer.json()}


async def until_listed(notify: RunningService, issuer: Issuer, *events: Envelope) -> dict[str, str]:
    wanted = {event.subject for event in events}
    return await until(lambda: on_the_list(notify, issuer), lambda listed: wanted <= listed.keys(), PATIENCE)


async def test_a_crisis_is_on_the_list_until_it_is_over(notify: RunningService, issuer: Issuer) -> None:
    raised, other = a_crisis_raised(), a_crisis_raised()
    for event in (raised, other):
        await notify.deliver(CRISES, event)
    assert set((await until_listed(notify, issuer, raised, other)).values()) == {"ongoing"}
    await notify.deliver(CRISES, a_crisis_updated(raised.subject, state="over"))
    listed = await until(lambda: on_the_list(notify, issuer), lambda listed: raised.subject not in listed, PATIENCE)
    assert set(listed) == {other.subject}


async def test_an_update_that_is_heard_first_puts_the_crisis_on_the_list(notify: RunningService, issuer: Issuer) -> None:
    crisis = str(uuid4())
    update = a_crisis_updated(crisis, state="calmer")
    await notify.deliver(CRISES, update)
    await notify.deliver(CRISES, a_crisis_raised(crisis))
    assert (await until_listed(notify, issuer, update))[crisis] == "calmer"


async def test_the_list_is_for_who_is_on_call(notify: RunningService, issuer: Issuer) -> None:
    assert (await notify.http.get("/v1/crises")).status_code == 401
    assert (await notify.http.get("/v1/crises", headers=bearer(issuer.token("bg41234")))).status_code == 403
