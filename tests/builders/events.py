"""Events of an invented child at an invented school, in the words of the catalogue."""

from datetime import date
from typing import Any
from uuid import uuid4

from passend_contracts.envelope import Envelope
from passend_contracts.events import (
    ConsentGiven,
    ConsentWithdrawn,
    JGTReferralAccepted,
    JGTReferralDeclined,
    JGTReferralRecalled,
    JGTReferred,
    ParentsConsulted,
    SupportRequested,
    SupportRequestWithdrawn,
)

from services.chassis.testing import an_event

BOARD = "bg41234"
OTHER_BOARD = "bg41235"
GEMEENTE = "gm0546"
OTHER_GEMEENTE = "gm0547"
SCHOOL_SYSTEM = "urn:nld:hr:kvknummer:90041234:systeem:las"
OTHER_SCHOOL_SYSTEM = "urn:nld:hr:kvknummer:90041235:systeem:las"
BRIDGE_FOR_SCHOOL = "urn:nld:hr:kvknummer:90041234:systeem:passend-jgt-bridge"
GEMEENTE_SYSTEM = "urn:nld:oin:00000001900546281000:systeem:jeugd"
OTHER_GEMEENTE_SYSTEM = "urn:nld:oin:00000001900547285000:systeem:jeugd"


def a_support_requested(case: str | None = None, *, home: str = GEMEENTE, **attributes: Any) -> Envelope:
    data = SupportRequested(school="90AA00", home_municipality=home, age_band="6-7", recognised_on=date(2026, 11, 2))
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_parents_consulted(case: str, *, youth_team: str = "refer", **attributes: Any) -> Envelope:
    data = ParentsConsulted(held_on=date(2026, 11, 9), present=["parent", "teacher"], child_heard="heard", youth_team=youth_team)
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_consent_given(case: str, *purposes: str, **attributes: Any) -> Envelope:
    purposes = purposes or ("refer_to_youth_team",)
    data = ConsentGiven(purposes=list(purposes), agreed_by=["parent"], agreed_on=date(2026, 11, 9), form="written")
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_consent_withdrawn(case: str, *purposes: str, **attributes: Any) -> Envelope:
    purposes = purposes or ("refer_to_youth_team",)
    data = ConsentWithdrawn(purposes=list(purposes), withdrawn_by=["parent"], withdrawn_on=date(2026, 11, 10))
    return an_event(data, **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_support_request_withdrawn(case: str, **attributes: Any) -> Envelope:
    return an_event(SupportRequestWithdrawn(withdrawn_on=date(2026, 11, 10)), **{"source": SCHOOL_SYSTEM, "subject": case, **attributes})


def a_referral(case: str, **attributes: Any) -> Envelope:
    """As jgt_bridge tells of it."""
    data = JGTReferred(
        board=BOARD,
        school="90AA00",
        home_municipality=GEMEENTE,
        team="leiden",
        age_band="6-7",
        consulted_on=date(2026, 11, 9),
        consent=str(uuid4()),
        consented_on=date(2026, 11, 9),
        answer_due=date(2026, 11, 16),
    )
    return an_event(data, **{"source": BRIDGE_FOR_SCHOOL, "producer": "jgt_bridge", "subject": case, **attributes})


def a_recall(referral: Envelope, **attributes: Any) -> Envelope:
    data = JGTReferralRecalled(referral=referral.id, reason="consent_withdrawn", recalled_on=date(2026, 11, 12))
    return an_event(data, **{"source": BRIDGE_FOR_SCHOOL, "producer": "jgt_bridge", "subject": referral.subject, **attributes})


def an_acceptance(referral: Envelope, *, source: str, **attributes: Any) -> Envelope:
    data = JGTReferralAccepted(referral=referral.id, accepted_on=date(2026, 11, 12))
    return an_event(data, **{"source": source, "subject": referral.subject, **attributes})


def a_decline(referral: Envelope, *, source: str, **attributes: Any) -> Envelope:
    data = JGTReferralDeclined(referral=referral.id, declined_on=date(2026, 11, 12), reason="no_capacity")
    return an_event(data, **{"source": source, "subject": referral.subject, **attributes})
