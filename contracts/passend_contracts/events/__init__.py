"""One folder per event, named by its stem: what it means (`event.toml`), its data (`v1.py`), its schema and its examples."""

from passend_contracts.events.absence_signalled.v1 import AbsenceSignalled
from passend_contracts.events.admissibility_ended.v1 import AdmissibilityEnded
from passend_contracts.events.admissibility_granted.v1 import AdmissibilityGranted
from passend_contracts.events.admissibility_refused.v1 import AdmissibilityRefused
from passend_contracts.events.admissibility_requested.v1 import AdmissibilityRequested
from passend_contracts.events.admission_decided.v1 import AdmissionDecided
from passend_contracts.events.admission_term_extended.v1 import AdmissionTermExtended
from passend_contracts.events.arrangement_ended.v1 import ArrangementEnded
from passend_contracts.events.arrangement_granted.v1 import ArrangementGranted
from passend_contracts.events.arrangement_refused.v1 import ArrangementRefused
from passend_contracts.events.arrangement_requested.v1 import ArrangementRequested
from passend_contracts.events.case_closed.v1 import CaseClosed
from passend_contracts.events.case_escalated.v1 import CaseEscalated
from passend_contracts.events.case_opened.v1 import CaseOpened
from passend_contracts.events.case_parked.v1 import CaseParked
from passend_contracts.events.case_released.v1 import CaseReleased
from passend_contracts.events.case_reopened.v1 import CaseReopened
from passend_contracts.events.case_stalled.v1 import CaseStalled
from passend_contracts.events.consent_given.v1 import ConsentGiven
from passend_contracts.events.consent_withdrawn.v1 import ConsentWithdrawn
from passend_contracts.events.crisis_acknowledged.v1 import CrisisAcknowledged
from passend_contracts.events.crisis_escalated.v1 import CrisisEscalated
from passend_contracts.events.crisis_raised.v1 import CrisisRaised
from passend_contracts.events.crisis_resolved.v1 import CrisisResolved
from passend_contracts.events.crisis_updated.v1 import CrisisUpdated
from passend_contracts.events.duty_of_care_breached.v1 import DutyOfCareBreached
from passend_contracts.events.duty_of_care_due_soon.v1 import DutyOfCareDueSoon
from passend_contracts.events.duty_of_care_extended.v1 import DutyOfCareExtended
from passend_contracts.events.duty_of_care_fulfilled.v1 import DutyOfCareFulfilled
from passend_contracts.events.duty_of_care_resumed.v1 import DutyOfCareResumed
from passend_contracts.events.duty_of_care_started.v1 import DutyOfCareStarted
from passend_contracts.events.duty_of_care_suspended.v1 import DutyOfCareSuspended
from passend_contracts.events.enclosures_not_passed_on.v1 import EnclosuresNotPassedOn
from passend_contracts.events.event_accepted.v1 import EventAccepted
from passend_contracts.events.event_refused.v1 import EventRefused
from passend_contracts.events.event_rejected.v1 import EventRejected
from passend_contracts.events.expert_advice_given.v1 import ExpertAdviceGiven
from passend_contracts.events.expert_assigned.v1 import ExpertAssigned
from passend_contracts.events.expert_reported.v1 import ExpertReported
from passend_contracts.events.expert_requested.v1 import ExpertRequested
from passend_contracts.events.handover_announced.v1 import HandoverAnnounced
from passend_contracts.events.handover_received.v1 import HandoverReceived
from passend_contracts.events.jgt_contact_made.v1 import JGTContactMade
from passend_contracts.events.jgt_referral_accepted.v1 import JGTReferralAccepted
from passend_contracts.events.jgt_referral_declined.v1 import JGTReferralDeclined
from passend_contracts.events.jgt_referral_overdue.v1 import JGTReferralOverdue
from passend_contracts.events.jgt_referral_recalled.v1 import JGTReferralRecalled
from passend_contracts.events.jgt_referred.v1 import JGTReferred
from passend_contracts.events.jgt_support_ended.v1 import JGTSupportEnded
from passend_contracts.events.jgt_support_started.v1 import JGTSupportStarted
from passend_contracts.events.jgt_unreachable.v1 import JGTUnreachable
from passend_contracts.events.next_step_set.v1 import NextStepSet
from passend_contracts.events.notification_delivered.v1 import NotificationDelivered
from passend_contracts.events.notification_exhausted.v1 import NotificationExhausted
from passend_contracts.events.notification_failed.v1 import NotificationFailed
from passend_contracts.events.objection_decided.v1 import ObjectionDecided
from passend_contracts.events.objection_lodged.v1 import ObjectionLodged
from passend_contracts.events.parents_consulted.v1 import ParentsConsulted
from passend_contracts.events.place_accepted.v1 import PlaceAccepted
from passend_contracts.events.place_agreed.v1 import PlaceAgreed
from passend_contracts.events.place_declined.v1 import PlaceDeclined
from passend_contracts.events.place_offered.v1 import PlaceOffered
from passend_contracts.events.place_sought.v1 import PlaceSought
from passend_contracts.events.placement_ended.v1 import PlacementEnded
from passend_contracts.events.placement_started.v1 import PlacementStarted
from passend_contracts.events.pupil_registered.v1 import PupilRegistered
from passend_contracts.events.reopen_requested.v1 import ReopenRequested
from passend_contracts.events.support_plan_adopted.v1 import SupportPlanAdopted
from passend_contracts.events.support_plan_evaluated.v1 import SupportPlanEvaluated
from passend_contracts.events.support_request_amended.v1 import SupportRequestAmended
from passend_contracts.events.support_request_withdrawn.v1 import SupportRequestWithdrawn
from passend_contracts.events.support_requested.v1 import SupportRequested
from passend_contracts.events.tally.v1 import Tally
from passend_contracts.events.temporary_placement_due.v1 import TemporaryPlacementDue
from passend_contracts.events.temporary_placement_ended.v1 import TemporaryPlacementEnded
from passend_contracts.events.temporary_placement_started.v1 import TemporaryPlacementStarted
from passend_contracts.events.waiting_listed.v1 import WaitingListed
from passend_contracts.events.withheld.v1 import Withheld

__all__ = [
    "AbsenceSignalled",
    "AdmissibilityEnded",
    "AdmissibilityGranted",
    "AdmissibilityRefused",
    "AdmissibilityRequested",
    "AdmissionDecided",
    "AdmissionTermExtended",
    "ArrangementEnded",
    "ArrangementGranted",
    "ArrangementRefused",
    "ArrangementRequested",
    "CaseClosed",
    "CaseEscalated",
    "CaseOpened",
    "CaseParked",
    "CaseReleased",
    "CaseReopened",
    "CaseStalled",
    "ConsentGiven",
    "ConsentWithdrawn",
    "CrisisAcknowledged",
    "CrisisEscalated",
    "CrisisRaised",
    "CrisisResolved",
    "CrisisUpdated",
    "DutyOfCareBreached",
    "DutyOfCareDueSoon",
    "DutyOfCareExtended",
    "DutyOfCareFulfilled",
    "DutyOfCareResumed",
    "DutyOfCareStarted",
    "DutyOfCareSuspended",
    "EnclosuresNotPassedOn",
    "EventAccepted",
    "EventRefused",
    "EventRejected",
    "ExpertAdviceGiven",
    "ExpertAssigned",
    "ExpertReported",
    "ExpertRequested",
    "HandoverAnnounced",
    "HandoverReceived",
    "JGTContactMade",
    "JGTReferralAccepted",
    "JGTReferralDeclined",
    "JGTReferralOverdue",
    "JGTReferralRecalled",
    "JGTReferred",
    "JGTSupportEnded",
    "JGTSupportStarted",
    "JGTUnreachable",
    "NextStepSet",
    "NotificationDelivered",
    "NotificationExhausted",
    "NotificationFailed",
    "ObjectionDecided",
    "ObjectionLodged",
    "ParentsConsulted",
    "PlaceAccepted",
    "PlaceAgreed",
    "PlaceDeclined",
    "PlaceOffered",
    "PlaceSought",
    "PlacementEnded",
    "PlacementStarted",
    "PupilRegistered",
    "ReopenRequested",
    "SupportPlanAdopted",
    "SupportPlanEvaluated",
    "SupportRequestAmended",
    "SupportRequestWithdrawn",
    "SupportRequested",
    "Tally",
    "TemporaryPlacementDue",
    "TemporaryPlacementEnded",
    "TemporaryPlacementStarted",
    "WaitingListed",
    "Withheld",
]
