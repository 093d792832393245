"""Events of an invented child at an invented school, in the words of the catalogue."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from passend_contracts.envelope import Envelope
from passend_contracts.events import (
    ArrangementRequested,
    CaseClosed,
    CaseEscalated,
    CaseOpened,
    ConsentGiven,
    ConsentWithdrawn,
    CrisisRaised,
    CrisisUpdated,
    ExpertRequested,
    HandoverAnnounced,
    HandoverReceived,
    JGTReferralAccepted,
    JGTReferralDeclined,
    JGTReferralRecalled,
    JGTReferred,
    ParentsConsulted,
    PlaceAccepted,
    PlaceDeclined,
    ReopenRequested,
    SupportPlanEvaluated,
    SupportRequested,
    SupportRequestWithdrawn,
)
from passend_contracts.events.handover_announced.v1 import Because
from passend_contracts.events.support_plan_evaluated.v1 import Result
from passend_contracts.vocabulary import EventData

from services.chassis.calendar import day
from tests.running import an_event

NOW = datetime.now(UTC)
TODAY = day(NOW)
"""With dates of today nothing in these events is late already."""

BOARD = "bg41234"
OTHER_BOARD = "bg41235"
SWV = "swv2801"
GEMEENTE = "gm0546"
OTHER_GEMEENTE = "gm0547"
SCHOOL_SYSTEM = "urn:nld:hr:kvknummer:90041234:systeem:las"
OTHER_SCHOOL_SYSTEM = "urn:nld:hr:kvknummer:90041235:systeem:las"
GUARDIAN_FOR_SCHOOL = "urn:nld:hr:kvknummer:90041234:systeem:passend-intake"
PLACEMENT = "urn:nld:hr:kvknummer:90002801:systeem:passend-placement"
BRIDGE_FOR_SCHOOL = "urn:nld:hr:kvknummer:90041234:systeem:passend-jgt-bridge"
GEMEENTE_SYSTEM = "urn:nld:oin:00000001900546281000:systeem:jeugd"
OTHER_GEMEENTE_SYSTEM = "urn:nld:oin:00000001900547285000:systeem:jeugd"


def a_support_requested(case: str | None = None, *, home: str = GEMEENTE, **attributes: Any) -> Envelope:
    data = SupportRequested(school="90AA00", home_municipality=home, age_band="6-7", recognised_on=TODAY - timedelta(weeks=1))
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_parents_consulted(case: str, *, youth_team: str = "refer", held_on: date = TODAY, **attributes: Any) -> Envelope:
    data = ParentsConsulted(held_on=held_on, present=["parent", "teacher"], child_heard="heard", youth_team=youth_team)
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_consent_given(case: str, *purposes: str, **attributes: Any) -> Envelope:
    purposes = purposes or ("refer_to_youth_team",)
    data = ConsentGiven(purposes=list(purposes), agreed_by=["parent"], agreed_on=TODAY, form="written")
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_consent_withdrawn(case: str, *purposes: str, **attributes: Any) -> Envelope:
    purposes = purposes or ("refer_to_youth_team",)
    data = ConsentWithdrawn(purposes=list(purposes), withdrawn_by=["parent"], withdrawn_on=TODAY)
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_support_request_withdrawn(case: str, **attributes: Any) -> Envelope:
    return an_event(SupportRequestWithdrawn(withdrawn_on=TODAY), **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_referral(case: str, **attributes: Any) -> Envelope:
    """As jgt_bridge tells of it."""
    data = JGTReferred(
        board=BOARD,
        school="90AA00",
        home_municipality=GEMEENTE,
        team="leiden",
        age_band="6-7",
        consulted_on=TODAY,
        consent=str(uuid4()),
        consented_on=TODAY,
        answer_due=TODAY + timedelta(weeks=1),
    )
    return an_event(data, **{"source": BRIDGE_FOR_SCHOOL, "producer": "jgt_bridge", "subject": case, **attributes})


def a_recall(referral: Envelope, **attributes: Any) -> Envelope:
    data = JGTReferralRecalled(referral=referral.id, reason="consent_withdrawn", recalled_on=TODAY)
    return an_event(data, **{"source": BRIDGE_FOR_SCHOOL, "producer": "jgt_bridge", "subject": referral.subject, **attributes})


def an_acceptance(referral: Envelope, *, source: str, **attributes: Any) -> Envelope:
    data = JGTReferralAccepted(referral=referral.id, accepted_on=TODAY)
    return an_event(data, **{"source": source, "subject": referral.subject, **attributes})


def a_decline(referral: Envelope, *, source: str, **attributes: Any) -> Envelope:
    data = JGTReferralDeclined(referral=referral.id, declined_on=TODAY, reason="no_capacity")
    return an_event(data, **{"source": source, "subject": referral.subject, **attributes})


def a_crisis_raised(crisis: str | None = None, *, case_id: str | None = None, noticed_at: datetime = NOW, **attributes: Any) -> Envelope:
    data = CrisisRaised(
        case_id=case_id,
        school="90AA00",
        home_municipality=GEMEENTE,
        age_band="8-9",
        noticed_at=noticed_at,
        situation="dropped_out",
        urgency="today",
    )
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": crisis, **attributes})


def a_crisis_updated(crisis: str | None = None, *, state: str = "ongoing", case_id: str | None = None, **attributes: Any) -> Envelope:
    data = CrisisUpdated(case_id=case_id, school="90AA00", home_municipality=GEMEENTE, noted_at=NOW, state=state)
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": crisis, **attributes})


def a_case_escalated(case: str | None = None, *, to: str = "education_specialist", **attributes: Any) -> Envelope:
    """As the guardian tells of it."""
    data = CaseEscalated(obligation="consult_parents", owner=BOARD, due=TODAY - timedelta(days=1), step=1, climbed_to=to)
    return an_event(data, **{"source": GUARDIAN_FOR_SCHOOL, "producer": "intake", "subject": case, **attributes})


def a_case_opened(case: str | None = None, **attributes: Any) -> Envelope:
    """As the guardian tells of it."""
    data = CaseOpened(school="90AA00", home_municipality=GEMEENTE, age_band="6-7", opened_on=TODAY)
    return an_event(data, **{"source": GUARDIAN_FOR_SCHOOL, "producer": "intake", "subject": case, **attributes})


def a_case_closed(case: str, **attributes: Any) -> Envelope:
    data = CaseClosed(outcome="withdrawn", closed_on=TODAY)
    return an_event(data, **{"source": GUARDIAN_FOR_SCHOOL, "producer": "intake", "subject": case, **attributes})


def an_arrangement_requested(case: str, **attributes: Any) -> Envelope:
    data = ArrangementRequested(
        kind="exceptional",
        requested_on=TODAY,
        specialist_consulted_on=TODAY - timedelta(days=2),
        wanted_from=TODAY + timedelta(weeks=2),
        wanted_until=TODAY + timedelta(weeks=30),
        hours_per_week=8,
    )
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def an_expert_requested(case: str, **attributes: Any) -> Envelope:
    return an_event(
        ExpertRequested(discipline="psychologist", requested_on=TODAY), **{"source": SCHOOL_SYSTEM, "subject": case, **attributes}
    )


def a_place_accepted(case: str, offer: str, *, starts_on: date = TODAY, **attributes: Any) -> Envelope:
    data = PlaceAccepted(offer=offer, agreed_on=TODAY, starts_on=starts_on)
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_place_declined(case: str, offer: str, **attributes: Any) -> Envelope:
    data = PlaceDeclined(offer=offer, declined_on=TODAY, reason="too_far")
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def said_by_placement(case: str, data: EventData) -> Envelope:
    """A decision of the samenwerkingsverband, as placement tells of it."""
    return an_event(data, source=PLACEMENT, producer="placement", subject=case)


def an_evaluation(
    case: str,
    result: Result,
    *,
    present: str = "parent",
    again_on: date | None = None,
    **attributes: Any,
) -> Envelope:
    data = SupportPlanEvaluated(
        evaluated_on=TODAY, present=[present, "teacher"], child_heard="heard", result=result, evaluate_again_on=again_on
    )
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_handover_announced(case: str, *, because: Because = "moved", to: str | None = OTHER_BOARD, **attributes: Any) -> Envelope:
    data = HandoverAnnounced(because=because, to_board=to, starts_on=TODAY + timedelta(weeks=1))
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_handover_received(case: str, **attributes: Any) -> Envelope:
    return an_event(HandoverReceived(received_on=TODAY), **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_reopen_requested(case: str, **attributes: Any) -> Envelope:
    return an_event(ReopenRequested(asked_by="parent", requested_on=TODAY), **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})
