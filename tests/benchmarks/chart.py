"""The chart of `make bench`: how fast a hop is by backlog, by size of an event and by size of the tables, as SVG text.

Lines go through medians, bars from the least to the most of the rounds. Its colours follow what the reader's machine prefers, and each
line has a mark of its own, so that it is readable on a dark page, on a light one, and without colours.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("speed.svg")
RUNS = ("bench.json", "bench-large.json")

WIDTH, HEIGHT = 960, 390
LEFT, GAP, TOP, BOTTOM = 66, 64, 104, 92
PANEL_WIDTH = (WIDTH - LEFT - 24 - 2 * GAP) / 3
PANEL_HEIGHT = HEIGHT - TOP - BOTTOM
INSET = 26
"""Between a panel's edge and its first point."""
LABEL_UP, LABEL_DOWN = -12, 20
TICKS = 4

STYLE = """
svg { --paper: #ffffff; --ink: #1f2328; --quiet: #59636e; --rule: #d8dee4; --ours: #0860c4; --bare: #b3480a; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #0d1117; --ink: #e6edf3; --quiet: #9aa4af; --rule: #30363d; --ours: #63adff; --bare: #f0914f; }
}
text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
.title { font-size: 17px; font-weight: 600; }
.panel { font-size: 13px; font-weight: 600; }
.quiet { fill: var(--quiet); }
.rule { stroke: var(--rule); }
.ours { --line: var(--ours); }
.bare { --line: var(--bare); }
.line { stroke: var(--line); stroke-width: 2; fill: none; }
.bare.line { stroke-dasharray: 6 4; }
.mark { stroke: var(--line); stroke-width: 2; }
.ours.mark { fill: var(--line); }
.bare.mark { fill: var(--paper); }
.bar { stroke: var(--line); stroke-width: 2; opacity: 0.55; }
.value { fill: var(--line); font-size: 11px; stroke: var(--paper); stroke-width: 3px; paint-order: stroke; }
"""
NAMES = {"ours": "Passend", "bare": "bare aiokafka + asyncpg, without its promises"}


class Measured(NamedTuple):
    """What one line has at one place."""

    at: float
    values: Sequence[float]

    @property
    def median(self) -> float:
        """Where the line goes through."""
        return median(self.values)


@dataclass(frozen=True)
class Panel:
    """One of the three: what is varied, and what each line has."""

    title: str
    said: Callable[[float], str]
    lines: Mapping[str, Sequence[Measured]]
    orders: bool = False
    """Whether it shows orders of magnitude, in place of a scale from zero."""

    def x(self, at: float) -> float:
        """How far to the right, by orders of magnitude."""
        places = [log10(point.at) for line in self.lines.values() for point in line]
        first, span = min(places), max(places) - min(places)
        return INSET + (PANEL_WIDTH - 2 * INSET) * ((log10(at) - first) / span if span else 0.5)

    def y(self, value: float) -> float:
        """How far down."""
        low, high, place = self.rules[0], self.rules[-1], value
        if self.orders:
            low, high, place = log10(low), log10(high), log10(max(value, low))
        return PANEL_HEIGHT * (1 - (place - low) / (high - low))

    @cached_property
    def rules(self) -> list[float]:
        """The values that have a line across the panel: all else lies between the first and the last."""
        values = [value for line in self.lines.values() for point in line for value in point.values]
        if self.orders:
            return [10.0**power for power in range(floor(log10(min(values) * 0.7)), ceil(log10(max(values) * 1.1)) + 1)]
        rough = max(values) * 1.08 / TICKS
        power = 10 ** floor(log10(rough))
        step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
        return [step * tick for tick in range(TICKS + 1)]


def redraw(build: Path) -> None:
    """Draw what the last runs in that directory measured on a real broker; without any, what is drawn already stays."""
    runs = [json.loads((build / name).read_text(encoding="utf-8")) for name in RUNS if (build / name).exists()]
    machine = next((run["head"]["machine"] for run in runs), "")
    runs = [run for run in runs if run["head"]["machine"] == machine and "docker" in run["head"]]
    rows = [row for run in runs for row in run["rows"] if row["point"] and row["pair"] == "docker"]
    if rows:
        FILE.write_text(drawn(list(_panels(rows)), _foot(runs[-1]["head"])), encoding="utf-8")


def _panels(rows: Sequence[Mapping[str, Any]]) -> Iterator[Panel]:
    for name, title, said in PANELS:
        here = {row["point"]["at"]: row for row in rows if row["point"]["panel"] == name}  # the last run of a place counts
        lines = {
            "ours": [Measured(at, row["values"]) for at, row in sorted(here.items())],
            "bare": [Measured(at, row["others"]) for at, row in sorted(here.items()) if row["beside"].startswith("bare")],
        }
        if here:
            yield Panel(title, said, {line: points for line, points in lines.items() if points}, orders=name == "payload")


def _kilobytes(size: float) -> str:
    return f"{size / 1000:g} KB"


def _thousands(count: float) -> str:
    return f"{count / 1e6:g} million" if count >= 1e6 else f"{count:,.0f}"


PANELS = (
    ("backlog", "by events that wait", _thousands),
    ("payload", "by data of an event", _kilobytes),
    ("rows", "by rows in inbox and outbox", _thousands),
)


def _foot(head: Mapping[str, str]) -> list[str]:
    return [
        f"Medians of {head['rounds'].partition(',')[0]} rounds, bars from least to most. {head['machine']}.",
        f"{head['docker']}; {head['versions'].partition(',')[0]}; Passend {head['passend']}.",
    ]


def drawn(panels: Sequence[Panel], foot: Iterable[str]) -> str:
    """The whole file."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">',
        "<title>Events per second through one hop</title>",
        f"<desc>{escape(_described(panels))}</desc>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="var(--paper)"/>',
        _text(24, 34, "Events per second through one hop: topic → PostgreSQL → topic", "title"),
        *_legend(),
        *(part for number, panel in enumerate(panels) for part in _panel(panel, number)),
        *(_text(24, HEIGHT - 36 + 18 * number, line, "quiet") for number, line in enumerate(foot)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _described(panels: Sequence[Panel]) -> str:
    """The figures as a sentence, for who hears the page."""
    said = [
        f"{panel.title}, {NAMES[line]}: " + ", ".join(f"{panel.said(point.at)} {point.median:,.0f}/s" for point in points)
        for panel in panels
        for line, points in panel.lines.items()
    ]
    return "; ".join(said)


def _legend() -> Iterator[str]:
    for line, x in (("ours", 24), ("bare", 140)):
        yield f'<path class="{line} line" d="M{x} 58h36"/>' + _mark(line, x + 18, 58)
        yield _text(x + 44, 62, NAMES[line])


def _panel(panel: Panel, number: int) -> Iterator[str]:
    yield f'<g transform="translate({LEFT + number * (PANEL_WIDTH + GAP):.1f} {TOP})">'
    yield _text(0, -14, panel.title, "panel")
    for rule in panel.rules:
        y = panel.y(rule)
        yield f'<path class="rule" d="M0 {y:.1f}h{PANEL_WIDTH:.1f}"/>'
        yield _text(-8, y + 4, f"{rule:,.0f}", "quiet", anchor="end")
    for at in sorted({point.at for line in panel.lines.values() for point in line}):
        yield _text(panel.x(at), PANEL_HEIGHT + 20, panel.said(at), anchor="middle")
    for line, points in panel.lines.items():
        yield from _line(panel, line, points)
    yield "</g>"


def _line(panel: Panel, line: str, points: Sequence[Measured]) -> Iterator[str]:
    places = [(panel.x(point.at), panel.y(point.median)) for point in points]
    yield f'<polyline class="{line} line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    for point, (x, y) in zip(points, places, strict=True):
        low, high = panel.y(min(point.values)), panel.y(max(point.values))
        yield f'<path class="{line} bar" d="M{x:.1f} {low:.1f}V{high:.1f}"/>' + _mark(line, x, y)
    for point, (x, y) in zip(points, places, strict=True):
        aside = LABEL_UP if _is_highest(panel, point) else LABEL_DOWN
        yield _text(x, min(y + aside, PANEL_HEIGHT - 4), f"{point.median:,.0f}", f"{line} value", anchor="middle")


def _is_highest(panel: Panel, point: Measured) -> bool:
    """Whether no other line is above it there: its label then stands over it, else under it."""
    return all(other.median <= point.median for line in panel.lines.values() for other in line if other.at == point.at)


def _mark(line: str, x: float, y: float) -> str:
    if line == "ours":
        return f'<circle class="ours mark" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    return f'<rect class="{line} mark" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'


def _text(x: float, y: float, said: str, kind: str = "", *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(said)}</text>'
