"""One way to print and keep what was measured: medians and spreads, never a best one, beside an alternative and what is to be reached."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from statistics import median
from typing import Any, Literal, NamedTuple

TITLES = ("", "median", "spread", "", "beside", "median", "ratio", "spread", "aim", "reached")


class Aim(NamedTuple):
    """What a row is to reach: at least or at most so much, of its median or (`times`) of its ratio to what stands beside it."""

    sign: Literal["≥", "≤"]
    value: float
    times: bool = False

    def __str__(self) -> str:
        return f"{self.sign} {_short(self.value)}{'×' if self.times else ''}"  # noqa: RUF001 -- times

    def reached(self, row: "Row") -> bool:
        """Whether the median is there."""
        found = median(row.ratios if self.times else row.values)
        return found >= self.value if self.sign == "≥" else found <= self.value


class Point(NamedTuple):
    """Where a row stands in the chart: which panel, and how far to the right."""

    panel: str
    at: float


@dataclass(frozen=True)
class Row:
    """One quantity, measured in some rounds; beside it an alternative, measured in the same rounds."""

    name: str
    unit: str
    values: Sequence[float]
    beside: str = ""
    others: Sequence[float] = field(default_factory=list)
    aims: tuple[Aim, ...] = ()
    point: Point | None = None

    @property
    def ratios(self) -> list[float]:
        """Ours to the other's, round by round: what else the machine did fell on both."""
        return [value / other for value, other in zip(self.values, cycle(self.others), strict=False)]

    @property
    def reached(self) -> bool | None:
        """Whether all is reached that it is to reach; None where nothing is."""
        return all(aim.reached(self) for aim in self.aims) if self.aims else None

    def cells(self) -> tuple[str, ...]:
        """As the table prints it."""
        ours = (self.name, _short(median(self.values)), _spread(self.values), self.unit)
        theirs = ("", "", "", "")
        if self.others:
            theirs = (self.beside, _short(median(self.others)), _short(median(self.ratios)), _spread(self.ratios))
        reached = {None: "", True: "yes", False: "no"}[self.reached]
        return *ours, *theirs, " and ".join(map(str, self.aims)), reached

    def numbers(self) -> dict[str, Any]:
        """The same, for machines."""
        return {
            **asdict(self),
            "median": median(self.values),
            "others_median": median(self.others) if self.others else None,
            "ratio": median(self.ratios) if self.others else None,
            "aims": [str(aim) for aim in self.aims],
            "reached": self.reached,
            "point": self.point._asdict() if self.point else None,
        }


@dataclass(frozen=True)
class Section:
    """The rows of one subject, and what they were measured on."""

    heading: str
    pair: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Table:
    """All that was measured in one run, on what machine, and what was left out and why."""

    head: Mapping[str, str]
    sections: Sequence[Section]
    left_out: Sequence[str] = ()

    def text(self) -> str:
        """For a terminal."""
        cells = [TITLES, *(row.cells() for section in self.sections for row in section.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        head = [f"{name}: {value}" for name, value in self.head.items()]
        lines = [*head, *(f"left out: {why}" for why in self.left_out), "", _line(TITLES, widths)]
        for section in self.sections:
            lines += ["", f"{section.heading} ({section.pair})", *(_line(row.cells(), widths) for row in section.rows)]
        return "\n".join(lines)

    def json(self) -> str:
        """For machines."""
        rows = [{"section": each.heading, "pair": each.pair, **row.numbers()} for each in self.sections for row in each.rows]
        return json.dumps({"head": self.head, "left_out": self.left_out, "rows": rows}, indent=2, ensure_ascii=False)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _spread(values: Sequence[float]) -> str:
    return f"{_short(min(values))} to {_short(max(values))}" if len(values) > 1 else ""


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
