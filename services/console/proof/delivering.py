"""That what was accepted took effect once, that nothing a writer told is missing or doubled, and that our own mistakes were mended."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from passend_contracts import catalogue
from passend_contracts.events import CaseOpened, CaseParked, CaseReleased, EventAccepted, EventRefused, SupportRequested
from passend_contracts.vocabulary import EventData

from services.chassis.service import OURS
from services.console.proof.evidence import CaseRecord, Rule, Told, Violation


def one_outcome(record: CaseRecord) -> Iterator[Violation]:
    opened = {told.hop.cause for told, _ in record.of(CaseOpened)}
    for told, _ in record.of(SupportRequested):
        if told.hop.name not in opened and record.is_settled(told):
            yield record.violation(Rule.ONE_OUTCOME, told, "a request for support that opened no case")
    facts = {told.id for told in record.told if told.hop.topic.startswith("school.") or told.hop.topic == "jgt.cases.v1"}
    refused = {data.event for _, data in record.of(EventRefused)}
    waiting = _still_parked(record)
    for told, receipt in record.of(EventAccepted):
        outcomes = (receipt.event in facts) + (receipt.event in refused)
        if outcomes != 1 and not waiting and record.is_settled(told):
            what = "accepted, and neither took effect nor was refused" if outcomes == 0 else "took effect and was refused"
            yield record.violation(Rule.ONE_OUTCOME, told, what, receipt.event)


def nothing_lost(record: CaseRecord) -> Iterator[Violation]:
    for numbered in _by_writer(record).values():
        in_order = sorted(numbered, key=lambda told: told.number)
        if in_order[0].number > 1:
            yield record.violation(Rule.NOTHING_LOST, in_order[0], f"{_writer(in_order[0])}: nothing before number {in_order[0].number}")
        for before, after in pairwise(in_order):
            if after.number > before.number + 1:
                what = f"{_writer(after)}: nothing between numbers {before.number} and {after.number}"
                yield record.violation(Rule.NOTHING_LOST, after, what, before.id)


def nothing_doubled(record: CaseRecord) -> Iterator[Violation]:
    for numbered in _by_writer(record).values():
        by_number: dict[int, Told] = {}
        for told in numbered:
            first = by_number.setdefault(told.number, told)
            if first.id != told.id:
                yield record.violation(Rule.NOTHING_DOUBLED, told, f"{_writer(told)}: number {told.number} stands twice", first.id)
    by_cause: dict[tuple[str, str | None, str], Told] = {}
    for told in record.told:
        # A party may give several facts one cause; and what is parked again is told again.
        if told.hop.cause and OURS in str(told.hop.source) and not told.hop.topic.startswith("dlq."):
            first = by_cause.setdefault((told.hop.topic, told.hop.type, told.hop.cause), told)
            if first.id != told.id:
                yield record.violation(Rule.NOTHING_DOUBLED, told, f"{_stem(told)} told twice for one cause", first.id)


def _by_writer(record: CaseRecord) -> dict[tuple[str, str | None], list[Told]]:
    found = defaultdict(list)
    for hop in record.hops:
        if hop.sequence and hop.readable:  # also what this version of the catalogue does not know has its number
            found[hop.topic, hop.producer].append(Told(hop, EventData()))
    return found


def _writer(told: Told) -> str:
    return f"{told.hop.producer} on {told.hop.topic}"


def _stem(told: Told) -> str:
    return catalogue.of(told.data).stem


def _still_parked(record: CaseRecord) -> list[tuple[Told, CaseParked]]:
    """What is parked and was not released since, service by service."""
    waiting: dict[str | None, tuple[Told, CaseParked]] = {}
    for told in record.told:
        if isinstance(told.data, CaseParked):
            waiting.setdefault(told.hop.producer, (told, told.data))
        elif isinstance(told.data, CaseReleased):
            waiting.pop(told.hop.producer, None)
    return list(waiting.values())


def released(record: CaseRecord) -> Iterator[Violation]:
    for told, data in _still_parked(record):
        if data.release_due < record.now:
            what = f"parked by {told.hop.producer} ({data.fault} in {data.place}), and not released within the hour"
            yield record.violation(Rule.RELEASED, told, what, data.event)
