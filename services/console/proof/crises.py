"""That nobody stops calling for a crisis before a person takes it up, nor asking that person before it is over."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from passend_contracts import catalogue
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
UNCALLED = "a crisis for which nobody was called"
UNENDED = "a crisis that is over as its school says, and nobody was told so"
SILENT_BEFORE = "a crisis that nobody has taken up, and for which nobody is called any more"
SILENT_AFTER = "a crisis that was taken up, and nobody asks any more whether it is over"
OF_NOTIFY = CrisisAcknowledged | CrisisEscalated | CrisisResolved | NotificationDelivered | NotificationExhausted | NotificationFailed


def called_for(record: CaseRecord) -> Iterator[Violation]:
    """A crisis is called for until a person takes it up, and that person is asked until it is over; then the same if it goes on again."""
    told, heard = _told(record), [each for each in record.told if each.hop.is_of_a_crisis and isinstance(each.data, OF_NOTIFY)]
    turns = _turns(heard)
    if not told or (turns and isinstance(turns[-1].data, CrisisResolved)):
        return
    first, last = told[0], max(heard, key=lambda each: each.time, default=None)
    words = [each for each in told if isinstance(each.data, CrisisUpdated) and each.data.state != "calmer"]
    if words and _says_over(words[-1]):
        if _is_late(record, words[-1]):
            yield record.violation(Rule.CRISIS, words[-1], UNENDED)
    elif last is None:
        if _is_late(record, first):
            yield record.violation(Rule.CRISIS, first, UNCALLED)
    else:
        taken = bool(turns) and isinstance(turns[-1].data, CrisisAcknowledged)
        within = ASKED_AGAIN_WITHIN if taken else CALLED_AGAIN_WITHIN
        if passed(last.time + within, record.now):
            yield record.violation(Rule.CRISIS, last, SILENT_AFTER if taken else SILENT_BEFORE, first.id)


def _told(record: CaseRecord) -> list[Told]:
    """What the school told of it; a crisis is the board's that told of it first, and another board's word under its id is nobody's."""
    told = [each for each in record.told if isinstance(each.data, CrisisRaised | CrisisUpdated)]
    return [each for each in told if each.sender == told[0].sender]


def _turns(heard: Sequence[Told]) -> list[Told]:
    """What moved it on, in the order in which notify told it: taken up, over, or going on again."""
    topic = catalogue.of(CrisisResolved).topic  # the board's copies have other numbers
    return sorted((each for each in heard if each.hop.topic == topic and _is_turn(each)), key=lambda each: each.number)


def _is_turn(told: Told) -> bool:
    match told.data:
        case CrisisEscalated(reason=reason):
            return reason == "goes_on_again"
        case data:
            return isinstance(data, CrisisAcknowledged | CrisisResolved)


def _says_over(told: Told) -> bool:
    return isinstance(told.data, CrisisUpdated) and told.data.state == "over"


def _is_late(record: CaseRecord, told: Told) -> bool:
    """Whether what has to follow from this would be there, also by a mail server that is slow."""
    return record.is_settled(told) and passed(told.time, record.now)
