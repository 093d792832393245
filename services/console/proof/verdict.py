"""The guarantee, checked from the record alone: every case and moment for which it does not hold, by which rule, and by which events."""

import json
from collections.abc import Sequence
from functools import reduce
from hashlib import blake2b
from operator import xor
from typing import NamedTuple

from passend_contracts.envelope import in_clear

from services.console.domain.timeline import Hop
from services.console.proof import crises, delivering, guarding, referring
from services.console.proof.evidence import CaseRecord, Violation

RULES = (
    delivering.one_outcome,
    delivering.nothing_lost,
    delivering.nothing_doubled,
    guarding.next_step,
    guarding.dates_acted_on,
    referring.answers_awaited,
    referring.consent,
    guarding.ended_well,
    crises.called_for,
    delivering.released,
)


def violations(record: CaseRecord) -> list[Violation]:
    """Everything that does not hold in this case."""
    return [violation for rule in RULES for violation in rule(record)]


class Sent(NamedTuple):
    """An event as its sender knows it."""

    source: str
    id: str


def marked(hops: Sequence[Hop]) -> int:
    """A mark of 64 bits of what these events say in clear, whatever their order, and however often one was told."""
    said = {(hop.topic, hop.source or "", hop.id or "", hop.type or "", json.dumps(in_clear(hop.data), sort_keys=True)) for hop in hops}
    return reduce(xor, (int.from_bytes(blake2b(repr(each).encode(), digest_size=8).digest()) for each in said), 0)
