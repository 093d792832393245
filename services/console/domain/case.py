"""A case as the guardian tells it: who owes the child what by when, and whether any child is left without a next step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

EVALUATE = frozenset({"evaluate_support", "evaluate_arrangement"})
"""The duties that the guardian sets while support runs: look with the parents whether it is enough."""


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

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes this child something."""
        return self.outcome is None

    @property
    def is_helped(self) -> bool:
        """Whether support runs and nothing else is to be done than evaluate it: less than that is not called help."""
        return bool(self.obligations) and all(each.kind in EVALUATE for each in self.obligations)

    @property
    def next_step(self) -> Obligation | None:
        """The obligation that is due first."""
        return self.obligations[0] if self.obligations else None

    def opened(self, *, school: str, on: date) -> "Case":
        """With what the opening says; obligations that were told already stay."""
        return replace(self, school=school, opened_on=on)

    def owes(self, obligations: Sequence[Obligation]) -> "Case":
        """With these obligations in place of those before."""
        return replace(self, obligations=tuple(sorted(obligations, key=lambda each: (each.due, each.kind))))

    def closed(self, outcome: str) -> "Case":
        """Nobody owes anything any more."""
        return replace(self, outcome=outcome, obligations=())

    def reopened(self) -> "Case":
        """It goes on; who owes what is told right after."""
        return replace(self, outcome=None)


class Counts(NamedTuple):
    """Whether help is flowing, in numbers."""

    cases: int
    helped: int
    """Children who get support now."""
    overdue: int
    """Obligations past their last day."""
    without_step: int
    """Children whom nobody owes anything now: the guarantee says none."""


@dataclass(frozen=True, slots=True)
class Overview:
    """All open cases on one day: the answer to whether every child gets help."""

    cases: tuple[Case, ...]
    """Those without a next step first, then by the day on which it is due."""
    today: date

    @property
    def counts(self) -> Counts:
        """All of them counted."""
        return Counts(
            cases=len(self.cases),
            helped=sum(case.is_helped for case in self.cases),
            overdue=sum(each.is_overdue(self.today) for case in self.cases for each in case.obligations),
            without_step=sum(case.next_step is None for case in self.cases),
        )


def overview(cases: Sequence[Case], today: date) -> Overview:
    """The open ones of these cases, most urgent first."""
    still_open = (case for case in cases if case.is_open)
    return Overview(tuple(sorted(still_open, key=_urgency)), today)


def _urgency(case: Case) -> tuple[date, str]:
    return (case.next_step.due if case.next_step else date.min, case.id)
