"""A case as the guardian tells it: who owes the child what by when, and whether any child is left without a next step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

EVALUATE = frozenset({"evaluate_support", "evaluate_arrangement"})
"""The duties that the guardian sets while support runs: look with the parents whether it is enough."""
THIRD_PARTY = "third_party"
"""The owner of what the reader may not know more of."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """Somebody's duty: what (`kind`), whose (`owner`), until when (`due`, the last day) and why (`ground`)."""

    kind: str
    owner: str
    due: date
    ground: str

    def is_overdue(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.due < today

    @property
    def is_of_the_swv(self) -> bool:
        """Whether the samenwerkingsverband has to do it."""
        return self.owner.startswith("swv")


@dataclass(frozen=True, slots=True)
class Case:
    """One case; school and date are unknown as long as its opening has not been read."""

    id: str
    board: str
    school: str | None = None
    opened_on: date | None = None
    obligations: tuple[Obligation, ...] = ()
    """Soonest first."""
    outcome: str | None = None
    helped_on: date | None = None
    """When support ran for the first time."""

    @property
    def is_helped(self) -> bool:
        """Whether support runs and nothing else is to be done than evaluate it: less than that is not called help."""
        return bool(self.obligations) and all(each.kind in EVALUATE for each in self.obligations)

    @property
    def due(self) -> date | None:
        """When the next step is due."""
        return _first(self.obligations)

    @property
    def swv_due(self) -> date | None:
        """When the samenwerkingsverband's next step is due."""
        return _first(each for each in self.obligations if each.is_of_the_swv)

    @property
    def third_party_due(self) -> date | None:
        """When the step of a third party is due."""
        return _first(each for each in self.obligations if each.owner == THIRD_PARTY)

    def opened(self, *, school: str, on: date) -> "Case":
        """With what the opening says; obligations that were told already stay."""
        return replace(self, school=school, opened_on=on)

    def owes(self, obligations: Sequence[Obligation], on: date) -> "Case":
        """With these obligations, told on that day, in place of those before."""
        helped_on = self.helped_on or (on if any(each.kind in EVALUATE for each in obligations) else None)
        return replace(self, obligations=tuple(sorted(obligations, key=lambda each: (each.due, each.kind))), helped_on=helped_on)

    def closed(self, outcome: str) -> "Case":
        """Nobody owes anything any more."""
        return replace(self, outcome=outcome, obligations=())

    def reopened(self) -> "Case":
        """It goes on; who owes what is told right after."""
        return replace(self, outcome=None)


def _first(obligations: Iterable[Obligation]) -> date | None:
    return min((each.due for each in obligations), default=None)
