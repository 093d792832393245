"""What a gemeente's team still has to answer: pure, and no memory is needed that its topic cannot give back."""

from dataclasses import dataclass
from datetime import timedelta

from passend_contracts import catalogue
from passend_contracts.envelope import Envelope, derived_id
from passend_contracts.events import EventAccepted, EventRefused, EventRejected, JGTReferralAccepted, JGTReferralRecalled, JGTReferred

RESEND_SECONDS = 3.0
CONTACT_WITHIN = timedelta(days=5)


@dataclass
class Answer:
    """An answer without a receipt yet, and where in the topic the referral stands."""

    event: Envelope
    offset: int
    send_at: float
    sent: bool = False


class Desk:
    """Accepts each referral after a while, and sends it again until the door has given an answer.

    An answer follows from its referral alone, its id and time included: whoever reads the referral again, after a restart or
    from a new log, says the same again. Times here are seconds of any steady clock.
    """

    def __init__(self, source: str, after: float) -> None:
        self._source, self._after = source, after
        self._open: dict[str, Answer] = {}

    def read(self, event: Envelope, offset: int, now: float) -> str | None:
        """Take in what is addressed to the gemeente; returns what it meant for an answer, if anything."""
        data = catalogue.read(event)
        match data:
            case JGTReferred():
                return self._referred(event, offset, now)
            case JGTReferralRecalled() if not self._sent(data.referral):
                return "recalled" if self._open.pop(self._answer_id(data.referral), None) else None
            case EventAccepted() | EventRejected() | EventRefused() if self._open.pop(data.event or "", None):
                return catalogue.of(data).stem
        return None

    def due(self, now: float) -> list[Envelope]:
        """The answers to send now; each comes again later while it is open."""
        due = [answer for answer in self._open.values() if answer.send_at <= now]
        for answer in due:
            answer.send_at, answer.sent = now + RESEND_SECONDS, True
        return [answer.event for answer in due]

    def finished_before(self, position: int) -> int:
        """The offset from which to read after a restart: that of the first referral still open, or else `position`."""
        return min((answer.offset for answer in self._open.values()), default=position)

    def _referred(self, referral: Envelope, offset: int, now: float) -> str | None:
        answer_id = self._answer_id(referral.id)
        if answer_id in self._open:
            return None
        self._open[answer_id] = Answer(self._acceptance(referral, answer_id), offset, now + self._after)
        return "referred"

    def _acceptance(self, referral: Envelope, answer_id: str) -> Envelope:
        accepted = referral.time + timedelta(seconds=self._after)
        data = JGTReferralAccepted(referral=referral.id, accepted_on=accepted.date(), contact_by=(accepted + CONTACT_WITHIN).date())
        entry = catalogue.of(data)
        return Envelope(
            id=answer_id,
            source=self._source,
            type=entry.type,
            subject=referral.subject,
            time=accepted,
            data=data.to_wire(),
            dataschema=entry.dataschema,
            causationid=f"{referral.source}#{referral.id}",
        )

    def _sent(self, referral_id: str) -> bool:
        answer = self._open.get(self._answer_id(referral_id))
        return answer is not None and answer.sent

    def _answer_id(self, referral_id: str) -> str:
        return derived_id(self._source, "jgt_referral_accepted", referral_id)
