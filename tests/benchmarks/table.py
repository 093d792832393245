"""One way to print and keep what was measured: all values, their median and their spread, never a best one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass
class Row:
    """One quantity, measured some times."""

    name: str
    unit: str
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> float:
        """Largest minus smallest, as a share of the median: how far to trust a difference."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0

    def cells(self) -> tuple[str, ...]:
        return self.name, _short(self.median), f"{_short(min(self.values))} to {_short(max(self.values))}", f"{self.spread:.0%}", self.unit


@dataclass(frozen=True)
class Table:
    """What was measured on one pair, and on what machine."""

    pair: str
    head: dict[str, Any]
    rows: list[Row]

    def text(self) -> str:
        cells = [("", "median", "range", "spread", ""), *(row.cells() for row in self.rows if row.values)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
        return "\n".join([f"pair: {self.pair}", *(f"{name}: {value}" for name, value in self.head.items()), "", *lines])

    @staticmethod
    def json(tables: Iterable["Table"]) -> str:
        """The same, for machines."""
        rows = [
            {
                "pair": table.pair,
                **table.head,
                "rows": [{**vars(row), "median": row.median, "spread": row.spread} for row in table.rows if row.values],
            }
            for table in tables
        ]
        return json.dumps(rows, indent=2)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
