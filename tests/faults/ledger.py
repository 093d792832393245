"""What became of a load, told from outside: by the receipts that senders got and the records that stand on the topics."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field

from aiokafka import ConsumerRecord
from passend_contracts.catalogue import of
from passend_contracts.envelope import Envelope, decode_kafka

from tests.faults.load import RECALLED, REFERRED

Place = tuple[str, str]
"""A topic and a case."""


@dataclass(frozen=True)
class Row:
    """One scenario in figures (reliability is this row: no loss, no double, no disorder, no leak)."""

    scenario: str
    accepted: int
    effects: int
    lost: int
    """Effects that are due by an accepted event and stand nowhere."""
    doubled: int
    """Effects too many, under ids of their own or once more under the same one with a number of its own."""
    repeated: int
    """Records once more under the same id: nobody is promised that they do not come."""
    reordered: int
    """Cases whose numbers on a topic are not 1, 2, 3…, or whose effects stand there in another order than their causes."""
    leaked: int
    """Places that the canary got to."""
    longest: float
    """Seconds from an acceptance to its effect."""
    seed: int

    @property
    def number(self) -> int:
        """The scenario's number, by which the table is in order; those without one come last."""
        first = self.scenario.split()[0]
        return int(first) if first.isdigit() else 99

    @property
    def faults(self) -> dict[str, int]:
        """What may not be, as far as it is; the seed beside it, to see it again."""
        found = {name: getattr(self, name) for name in ("lost", "doubled", "reordered", "leaked") if getattr(self, name)}
        return {**found, "seed": self.seed} if found else {}


HEAD = ("scenario", "in", "effects", "lost", "doubled", "repeated", "reordered", "leaked", "longest delay (s)", "seed")


def table(rows: Iterable[Row]) -> list[str]:
    """The rows under their head, in columns."""
    in_order = (astuple(row) for row in sorted(rows, key=lambda row: row.number))
    cells = [HEAD, *(tuple(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row) for row in in_order)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(_aligned(row, widths)) for row in cells]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]


@dataclass
class Told:
    """What one topic says about one case: each id where it stands first."""

    events: dict[tuple[str, str], Envelope] = field(default_factory=dict)
    repeated: int = 0
    written_again: int = 0
    """Repeats under another number: no relay's, which sends the same bytes, but an effect that was had twice."""

    def add(self, event: Envelope) -> bool:
        """Whether it is new here."""
        key = (event.source, event.id)
        self.repeated += key in self.events
        self.written_again += key in self.events and self.events[key].sequence != event.sequence
        return self.events.setdefault(key, event) is event

    @property
    def stems(self) -> list[str]:
        """What was told, in order; a withheld referral was made and taken back at once."""
        stems = (of(event.type).stem for event in self.events.values())
        return [told for stem in stems for told in ((REFERRED, RECALLED) if stem == "withheld" else (stem,))]

    def in_order(self, due: Sequence[str]) -> bool:
        """Whether it is numbered without gaps, and stands as it is due as far as it is there."""
        numbers = [int(event.sequence or 0) for event in self.events.values()]
        complete = Counter(self.stems) == Counter(due)
        return numbers == list(range(1, len(numbers) + 1)) and (not complete or self.stems == list(due))


class Ledger:
    """Holds what was due against what was told."""

    def __init__(
        self,
        due: Mapping[Place, Sequence[str]],
        accepted: Mapping[str, float],
        records: Iterable[ConsumerRecord],
        parked: Collection[str] = (),
    ) -> None:
        self._accepted = accepted
        self._told: dict[Place, Told] = defaultdict(Told)
        self._longest = 0.0
        for record in records:
            event = decode_kafka(record.key, record.value, record.headers)
            if self._told[record.topic, event.subject].add(event):
                self._longest = max(self._longest, record.timestamp / 1000 - accepted[_cause(event)])
        self._due = {place: self._where_parked(place, stems) if place[1] in parked else stems for place, stems in due.items()}

    def _where_parked(self, place: Place, due: Sequence[str]) -> Sequence[str]:
        """What is due of a case that waited for an operator: a withdrawal does not wait with it, and what it stops is never told."""
        if RECALLED in due and RECALLED not in self._told[place].stems:
            first = list(due).index(RECALLED)
            return [*due[: first - 1], *due[first + 1 :]]
        return due

    def row(self, scenario: str, *, leaked: int, seed: int) -> Row:
        """The figures of a scenario."""
        due = {place: Counter(stems) for place, stems in self._due.items()}
        told = {place: Counter(said.stems) for place, said in self._told.items()}
        return Row(
            scenario,
            accepted=len(self._accepted),
            effects=len({event for said in self._told.values() for event in said.events}),
            lost=sum((stems - told.get(place, Counter())).total() for place, stems in due.items()),
            doubled=sum((stems - due.get(place, Counter())).total() for place, stems in told.items())
            + sum(said.written_again for said in self._told.values()),
            repeated=sum(said.repeated for said in self._told.values()),
            reordered=sum(not said.in_order(self._due.get(place, ())) for place, said in self._told.items()),
            leaked=leaked,
            longest=self._longest,
            seed=seed,
        )


def _cause(event: Envelope) -> str:
    """The id of the accepted event that this one follows from, or is."""
    return event.causationid.partition("#")[2] if event.causationid else event.id
