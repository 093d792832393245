"""What the guardian tells, as the console hears it: events of its topic about an invented child."""

from datetime import UTC, date, datetime, timedelta

from passend_contracts.envelope import Envelope
from passend_contracts.events import CaseClosed, CaseOpened, NextStepSet
from passend_contracts.events.next_step_set.v1 import Obligation

from services.chassis.calendar import day
from tests.running import an_event

SCHOOL, GUARD, STATUS, TEAM = "school.cases.v1", "guard.cases.v1", "jgt.cases.v1", "to.gm0546.v1"
CRISES, PEOPLE, DEAD = "school.crises.v1", "swv.crises.v1", "dlq.jgt_bridge.v1"
RECEIPTS = "notify.receipts.v1"
NOTIFY = "urn:nld:hr:kvknummer:90002801:systeem:passend-notify"
GUARDIAN = "urn:nld:hr:kvknummer:90041234:systeem:passend-intake"
OTHER_GUARDIAN = "urn:nld:hr:kvknummer:90041235:systeem:passend-intake"
WATERLELIE = "90AA00"  # De Waterlelie, of Stichting De Brede Vaart


def owed(kind: str, *, days: int = 7, owner: str = "bg41234") -> Obligation:
    """A duty that is due so many days from now."""
    return Obligation(kind=kind, owner=owner, due=in_days(days), ground="As the guardian says")


def today() -> date:
    return day(datetime.now(UTC))


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


def a_case_opened(case: str | None = None, *, school: str = WATERLELIE, days: int = 0, source: str = GUARDIAN) -> Envelope:
    data = CaseOpened(school=school, home_municipality="gm0546", age_band="6-7", opened_on=in_days(days))
    return an_event(data, source=source, subject=case, producer="intake")


def a_next_step_set(case: str, *duties: Obligation, source: str = GUARDIAN) -> Envelope:
    return an_event(NextStepSet(next_step=duties[0], obligations=list(duties)), source=source, subject=case, producer="intake")


def a_case_closed(case: str) -> Envelope:
    return an_event(CaseClosed(outcome="withdrawn", closed_on=today()), source=GUARDIAN, subject=case, producer="intake")


def because_of(cause: Envelope) -> dict[str, str]:
    return {"causationid": f"{cause.source}#{cause.id}"}
