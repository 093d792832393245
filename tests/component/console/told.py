"""What the guardian tells, as the console hears it: events of its topic about an invented child."""

from datetime import date, timedelta

from passend_contracts.envelope import Envelope
from passend_contracts.events import CaseClosed, CaseOpened, NextStepSet
from passend_contracts.events.next_step_set.v1 import Obligation

from services.chassis.testing import an_event
from services.console.translation import today

SCHOOL, GUARD, STATUS, TEAM = "school.cases.v1", "guard.cases.v1", "jgt.cases.v1", "to.gm0546.v1"
GUARDIAN = "urn:nld:hr:kvknummer:90041234:systeem:passend-intake"
WATERLELIE = "90AA00"  # De Waterlelie, of Stichting De Brede Vaart


def owed(kind: str, *, days: int = 7, owner: str = "bg41234") -> Obligation:
    """A duty that is due so many days from now."""
    return Obligation(kind=kind, owner=owner, due=in_days(days), ground="As the guardian says")


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


def a_case_opened(case: str | None = None, *, school: str = WATERLELIE) -> Envelope:
    data = CaseOpened(school=school, home_municipality="gm0546", age_band="6-7", opened_on=today())
    return an_event(data, source=GUARDIAN, subject=case, producer="intake")


def a_next_step_set(case: str, *duties: Obligation) -> Envelope:
    return an_event(NextStepSet(next_step=duties[0], obligations=list(duties)), source=GUARDIAN, subject=case, producer="intake")


def a_case_closed(case: str) -> Envelope:
    return an_event(CaseClosed(outcome="withdrawn", closed_on=today()), source=GUARDIAN, subject=case, producer="intake")


def because_of(cause: Envelope) -> dict[str, str]:
    return {"causationid": f"{cause.source}#{cause.id}"}
