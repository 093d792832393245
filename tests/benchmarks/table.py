"""One way to print and keep what was measured: medians and ranges, never a best one, each beside what it has to beat."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from statistics import median
from typing import Any

TITLES = ("", "median", "range", "", "beside", "median", "ratio", "range")


@dataclass(frozen=True)
class Row:
    """One quantity, measured some times; beside it an alternative, measured in the same rounds, or a limit."""

    name: str
    unit: str
    values: Sequence[float]
    beside: str = ""
    others: Sequence[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Ours to the other's, round by round: what else the machine did fell on both."""
        return [value / other for value, other in zip(self.values, cycle(self.others), strict=False)]

    def cells(self) -> tuple[str, ...]:
        ours = (self.name, _short(median(self.values)), _range(self.values), self.unit)
        if not self.others:
            return *ours, "", "", "", ""
        return *ours, self.beside, _short(median(self.others)), _short(median(self.ratios)), _range(self.ratios)

    def numbers(self) -> dict[str, Any]:
        """The same, for machines."""
        middle = {"median": median(self.values), "ratio": median(self.ratios) if self.others else None}
        return {**asdict(self), **middle}


@dataclass(frozen=True)
class Table:
    """What was measured on one pair, and on what machine."""

    pair: str
    head: dict[str, Any]
    rows: Sequence[Row]

    def text(self) -> str:
        cells = [TITLES, *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
        return "\n".join([f"pair: {self.pair}", *(f"{name}: {value}" for name, value in self.head.items()), "", *lines])

    @staticmethod
    def json(tables: Iterable["Table"]) -> str:
        """All of it, for machines."""
        return json.dumps([{"pair": each.pair, **each.head, "rows": [row.numbers() for row in each.rows]} for each in tables], indent=2)


def _range(values: Sequence[float]) -> str:
    return f"{_short(min(values))} to {_short(max(values))}" if len(values) > 1 else ""


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
