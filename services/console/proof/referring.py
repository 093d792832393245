"""That a referral stands on the parents' consent, and that a team which does not answer in time is noticed."""

from collections.abc import Iterator
from datetime import datetime

from passend_contracts.consent import may_share
from passend_contracts.events import (
    JGTReferralAccepted,
    JGTReferralDeclined,
    JGTReferralOverdue,
    JGTReferralRecalled,
    JGTReferred,
)

from services.chassis.calendar import end_of
from services.console import reading
from services.console.proof.evidence import CaseRecord, Rule, Told, Violation, passed

REFER = "refer_to_youth_team"


def answers_awaited(record: CaseRecord) -> Iterator[Violation]:
    noticed = {data.referral for _, data in record.of(JGTReferralOverdue)}
    over = _over(record)
    for told, data in _referrals(record):
        if told.id not in noticed and passed(end_of(data.answer_due), over.get(told.id, record.now)):
            yield record.violation(Rule.DATE_ACTED_ON, told, f"the team's answer was due on {data.answer_due}, and nobody noticed")


def _referrals(record: CaseRecord) -> list[tuple[Told, JGTReferred]]:
    """Each referral once: it stands on the topic of its gemeente and on that of its status."""
    return list({told.id: (told, data) for told, data in record.of(JGTReferred)}.values())


def _over(record: CaseRecord) -> dict[str, datetime]:
    """When each referral was answered or recalled, by its id."""
    ends = JGTReferralAccepted | JGTReferralDeclined | JGTReferralRecalled
    return {told.data.referral: told.time for told in record.told if isinstance(told.data, ends)}


def consent(record: CaseRecord) -> Iterator[Violation]:
    places = {told.hop.name: told.number for told in record.told if told.hop.topic == "school.cases.v1"}
    entries = [entry for hop in record.hops if (entry := reading.consent(hop))]
    over = _over(record)
    for told, data in _referrals(record):
        if not record.is_settled(told):  # the console reads topics one beside the other: what it stands on may come a moment later
            continue
        place = places.get(told.hop.cause or "")
        before = [entry for entry in entries if place is not None and entry.sequence <= place]
        if data.consent not in {entry.id for entry in before} or not may_share(before, REFER, data.home_municipality).allowed:
            yield record.violation(Rule.CONSENT, told, "a referral without the parents' consent at that moment", data.consent)
        elif told.id not in over and not may_share(entries, REFER, data.home_municipality).allowed:
            yield record.violation(Rule.CONSENT, told, "a referral that still stands though consent was withdrawn", data.consent)
