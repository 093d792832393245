"""A crisis's timeline over all services: raised, reached, taken up, resolved, and every word of it known."""

from datetime import UTC, datetime
from uuid import uuid4

from passend_contracts.events import CrisisAcknowledged, CrisisEscalated, CrisisResolved, NotificationDelivered
from passend_contracts.vocabulary import EventData

from services.console import words
from tests.builders.events import BOARD, GEMEENTE, a_crisis_raised
from tests.component.conftest import Tokens
from tests.component.waiting import until
from tests.running import PATIENCE, RunningService, an_event

NOTIFY = "urn:nld:hr:kvknummer:90002801:systeem:passend-notify"
INSIDE, TO_BOARD = "swv.crises.v1", f"to.{BOARD}.crises.v1"


async def test_a_crisis_shows_raised_reached_taken_up_and_resolved(console: RunningService, tokens: Tokens) -> None:
    now, raised = datetime.now(UTC), a_crisis_raised()
    told: list[tuple[EventData, tuple[str, ...]]] = [
        (
            NotificationDelivered(
                message=str(uuid4()), about="crisis_call", role="crisis_contact", channel="email", attempts=1, delivered_at=now
            ),
            ("notify.receipts.v1",),
        ),
        (CrisisEscalated(home_municipality=GEMEENTE, reason="not_acknowledged", call=2, climbed_to="swv_director"), (INSIDE, TO_BOARD)),
        (CrisisAcknowledged(home_municipality=GEMEENTE, acknowledged_by="swv_director", acknowledged_at=now), (INSIDE, TO_BOARD)),
        (CrisisResolved(home_municipality=GEMEENTE, resolved_by="swv_director", resolved_at=now), (INSIDE, TO_BOARD)),
    ]
    await console.deliver("school.crises.v1", raised)
    for data, topics in told:
        event = an_event(data, source=NOTIFY, producer="notify", subject=raised.subject)
        for topic in topics:
            await console.deliver(topic, event)

    async def hops() -> list[str]:
        answer = await console.http.get(f"/v1/tijdlijnen/{raised.subject}", headers=tokens("console", "operator"))
        return [hop["event"] for hop in answer.json()["hops"]] if answer.is_success else []

    seen = await until(hops, lambda seen: len(seen) >= 8, PATIENCE)
    assert list(dict.fromkeys(seen)) == [
        "crisis_raised",
        "notification_delivered",
        "crisis_escalated",
        "crisis_acknowledged",
        "crisis_resolved",
    ]
    assert all(words.event(stem) != words.same(stem.replace("_", " ")) for stem in seen)
