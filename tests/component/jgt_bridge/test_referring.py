"""When jgt_bridge refers, when it does not, and what a withdrawal does."""

from passend_contracts.catalogue import of
from passend_contracts.events import JGTReferred

from services.chassis.testing import RunningService
from tests.builders.events import a_consent_given, a_parents_consulted, a_support_requested

SCHOOL = "school.cases.v1"
TEAM = "to.gm0546.v1"


async def test_a_redelivered_consultation_is_referred_once(jgt_bridge: RunningService) -> None:
    request = a_support_requested()
    await jgt_bridge.deliver(SCHOOL, request)
    await jgt_bridge.deliver(SCHOOL, a_consent_given(request.subject))
    await jgt_bridge.deliver(SCHOOL, a_parents_consulted(request.subject), times=2)
    assert [event.type for event in await jgt_bridge.told(TEAM, JGTReferred)] == [of(JGTReferred).type]
