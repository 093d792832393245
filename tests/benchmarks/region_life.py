"""What a region tells in some years: invented cases at every stage, as their events stand on the topics that the console reads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from uuid import uuid4

from passend_contracts.envelope import Envelope
from passend_contracts.events import CaseClosed, CaseOpened, EventAccepted, NextStepSet
from passend_contracts.events.next_step_set.v1 import Obligation

from tests.builders.events import (
    BOARD,
    GEMEENTE_SYSTEM,
    GUARDIAN_FOR_SCHOOL,
    SWV,
    TODAY,
    a_consent_given,
    a_crisis_raised,
    a_parents_consulted,
    a_referral,
    a_support_requested,
    an_acceptance,
)
from tests.running import an_event

Told = tuple[str, Envelope]
SCHOOL, GUARD, STATUS, TEAM, RECEIPTS, CRISES = (
    "school.cases.v1",
    "guard.cases.v1",
    "jgt.cases.v1",
    "to.gm0546.v1",
    "to.bg41234.v1",
    "school.crises.v1",
)


def told() -> Iterator[Told]:
    """Events without end, case after case."""
    number = 0
    while True:
        yield from numbered(_case(number))
        number += 1


def first(count: int) -> list[Told]:
    """So many of them."""
    return list(islice(told(), count))


def numbered(events: Iterator[Told]) -> Iterator[Told]:
    """With the number that each writer gives what it tells on a topic about a case."""
    last: dict[tuple[str, str], int] = {}
    for topic, event in events:
        number = last[topic, event.subject] = last.get((topic, event.subject), 0) + 1
        yield topic, replace(event, sequence=f"{number:012d}", producer=event.producer or "intake")


def _case(number: int) -> Iterator[Told]:
    request = a_support_requested()
    case, opened = request.subject, TODAY - timedelta(days=number % 300)
    consulted, consent = a_parents_consulted(case), a_consent_given(case)
    referral = a_referral(case)
    yield SCHOOL, request
    yield RECEIPTS, _receipt(request)
    yield GUARD, _guard(CaseOpened(school="90AA00", home_municipality="gm0546", age_band="6-7", opened_on=opened), request)
    yield GUARD, _steps(request, _duty("consult_parents", 14 - number % 20))
    yield SCHOOL, consulted
    yield SCHOOL, consent
    yield GUARD, _steps(consent, _duty("refer", 1, "jgt_bridge"))
    yield STATUS, referral
    yield TEAM, referral
    yield from _after(number, referral)


def _after(number: int, referral: Envelope) -> Iterator[Told]:
    """Answered, waiting, with the samenwerkingsverband, in a crisis or closed: not every case stands where another does."""
    case = referral.subject
    match number % 10:
        case 0:
            yield GUARD, _steps(referral, _duty("third_party_step", 7, "third_party"))
        case 1:
            yield GUARD, _steps(referral, _duty("decide_arrangement", 30 - number % 40, SWV), _duty("evaluate_support", 42))
        case 2:
            yield CRISES, a_crisis_raised(case_id=case)
        case 3 | 4 | 5 | 6 | 7:
            yield GUARD, _guard(CaseClosed(outcome="withdrawn", closed_on=TODAY), referral, case=case)
        case _:
            accepted = an_acceptance(referral, source=GEMEENTE_SYSTEM, producer="jgt_bridge")
            yield STATUS, accepted
            yield GUARD, _steps(accepted, _duty("evaluate_support", 42))


def _receipt(event: Envelope) -> Envelope:
    data = EventAccepted(event=event.id, receipt=str(uuid4()), received_at=event.time, case=f"/v1/zaken/{event.subject}")
    return an_event(data, source=GUARDIAN_FOR_SCHOOL, subject=event.subject, producer="intake")


def _steps(cause: Envelope, *duties: Obligation) -> Envelope:
    return _guard(NextStepSet(next_step=duties[0], obligations=list(duties)), cause)


def _guard(data: CaseOpened | NextStepSet | CaseClosed, cause: Envelope, case: str = "") -> Envelope:
    by = {"causationid": f"{cause.source}#{cause.id}"}
    return an_event(data, source=GUARDIAN_FOR_SCHOOL, subject=case or cause.subject, producer="intake", id=str(uuid4()), **by)


def _duty(kind: str, days: int, owner: str = BOARD) -> Obligation:
    return Obligation(kind=kind, owner=owner, due=TODAY + timedelta(days=days), ground="As the guardian says")
