"""That nobody stops calling for a crisis before a person takes it up, nor asking that person before it is over."""

from collections.abc import Iterator
from datetime import timedelta

from passend_contracts.events import (
    CrisisAcknowledged,
    CrisisEscalated,
    CrisisRaised,
    CrisisResolved,
    CrisisUpdated,
    NotificationDelivered,
    NotificationExhausted,
    NotificationFailed,
)

from services.console.proof.evidence import CaseRecord, Rule, Told, Violation, passed

CALLED_AGAIN_WITHIN = timedelta(hours=1)
"""How long nobody may be called for a crisis that nobody took up: once all were called in turn, all are called every hour."""
ASKED_AGAIN_WITHIN = timedelta(hours=4)
"""How long who took it up may go without being asked whether it is over."""
SILENT_BEFORE = "a crisis that nobody has taken up, and for which nobody is called any more"
SILENT_AFTER = "a crisis that was taken up, and nobody asks any more whether it is over"
OF_NOTIFY = CrisisAcknowledged | CrisisEscalated | CrisisResolved | NotificationDelivered | NotificationExhausted | NotificationFailed


def called_for(record: CaseRecord) -> Iterator[Violation]:
    """A crisis is called for until a person takes it up, and that person is asked until it is over."""
    told = [each for each in record.told if isinstance(each.data, CrisisRaised | CrisisUpdated)]
    heard = [each for each in record.told if isinstance(each.data, OF_NOTIFY)]
    if not told or _is_over(told, heard):
        return
    first = told[0]
    if not heard:
        if record.is_settled(first):
            yield record.violation(Rule.CRISIS, first, "a crisis for which nobody was called")
        return
    last = max(heard, key=lambda each: each.time)
    taken = any(isinstance(each.data, CrisisAcknowledged) for each in heard)
    within = ASKED_AGAIN_WITHIN if taken else CALLED_AGAIN_WITHIN
    if passed(last.time + within, record.now):
        yield record.violation(Rule.CRISIS, last, SILENT_AFTER if taken else SILENT_BEFORE, first.id)


def _is_over(told: list[Told], heard: list[Told]) -> bool:
    """Whether the last word on how it stands is that it is over; a school may say that it goes on after its end."""
    words = [(each.time, False) for each in told if not _says_over(each)]
    ends = [(each.time, True) for each in (*told, *heard) if _says_over(each)]
    return bool(ends) and max(ends) >= max(words, default=min(ends))


def _says_over(told: Told) -> bool:
    return isinstance(told.data, CrisisResolved) or (isinstance(told.data, CrisisUpdated) and told.data.state == "over")
