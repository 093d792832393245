"""The map of who tells whom what: drawn as SVG where there is room, and below it the same as a list, for every screen."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from passend_contracts.catalogue import DOORS, Words

from services.console import words
from services.console.catalogue.actor import events, topic_name
from services.console.catalogue.frame import MAP, Place, called, document
from services.console.catalogue.routes import ACTORS, Actor, Route, by_topic
from services.console.pages.html import Html, both, el, said, together

HOW = Words(
    "Een pijl gaat van wie vertelt naar wie hoort, met het aantal soorten gebeurtenissen; rood: alleen crises. Kies een pijl of een naam.",
    "An arrow leads from who tells to who hears, with the number of kinds of events; red: crises only. Choose an arrow or a name.",
)
WATCHED = Words(
    "Het overzicht (console) hoort alles. Zijn pijlen, en pijlen die door een ander vak zouden gaan, staan alleen in de lijst.",
    "The console hears everything. Its arrows, and those that would go through another box, are in the list only.",
)
WATCHER = "console"
"""Reads every topic that a service writes: its arrows would cover all others, so they stand in the list alone."""
WIDTH, HEIGHT, WIDE, HIGH = 1000, 640, 164, 68
LINE, APART, HEAD = 17, 11, 9
"""Of a label's text; between two arrows that go opposite ways; of an arrow's head."""
AT: dict[Actor, tuple[int, int]] = {
    "board": (90, 320),
    "notify": (445, 50),
    "intake": (445, 320),
    "placement": (445, 590),
    "gemeente": (800, 50),
    "jgt_bridge": (800, 320),
    "console": (800, 590),
}
"""The middle of each actor's box."""


class Point(NamedTuple):
    """A place on the drawing."""

    x: float
    y: float


Told = dict[tuple[Actor, Actor], list[Route]]


def map_page(ways: Iterable[Route], place: Place) -> str:
    """The drawing and the list."""
    told = _told(ways)
    drawing = el("div", _drawing(told, place), class_="map", role="region", aria_label=MAP.nl, tabindex=0)
    return document(
        MAP,
        place,
        said("p", HOW, class_="lead"),
        said("p", WATCHED, class_="note"),
        drawing,
        *(_listed(pair, on_it, place) for pair, on_it in told.items()),
    )


def _told(ways: Iterable[Route]) -> Told:
    """The routes from each speaker to each other one who listens, parties first; what somebody reads back is told to nobody."""
    found: Told = {(speaker, listener): [] for speaker in ACTORS for listener in ACTORS}
    for way in ways:
        if way.speaker != way.listener:
            found[way.speaker, way.listener].append(way)
    return {pair: on_it for pair, on_it in found.items() if on_it}


def _anchor(pair: tuple[Actor, Actor]) -> str:
    return "-".join(pair)


def _listed(pair: tuple[Actor, Actor], ways: list[Route], place: Place) -> Html:
    speaker, listener = (el("a", both(called(each)), href=place.page(each)) for each in pair)
    heading = el("h2", speaker, el("span", "→", class_="to"), listener)
    topics = (el("section", el("h3", topic_name(topic)), events(on_it, place), class_="topic") for topic, on_it in by_topic(ways).items())
    return el("section", heading, topics, id=_anchor(pair), class_="pair")


def _drawing(told: Told, place: Place) -> Html:
    drawn = ((pair, on_it) for pair, on_it in told.items() if WATCHER not in pair and not _goes_through_a_box(*pair))
    arrows = (_arrow(pair, on_it, back=pair[::-1] in told) for pair, on_it in drawn)
    boxes = (_box(each, place) for each in AT)
    return el("svg", el("title", f"{MAP.nl} / {MAP.en}"), arrows, boxes, viewBox=f"0 0 {WIDTH} {HEIGHT}", width=WIDTH, height=HEIGHT)


def _goes_through_a_box(speaker: Actor, listener: Actor) -> bool:
    """Whether somebody else's box lies between the two: on a line, since all boxes stand in rows and columns."""
    here, there = Point(*AT[speaker]), Point(*AT[listener])
    between = (Point(*at) for each, at in AT.items() if each not in {speaker, listener})
    return any(
        (here.y == at.y == there.y and min(here.x, there.x) < at.x < max(here.x, there.x))
        or (here.x == at.x == there.x and min(here.y, there.y) < at.y < max(here.y, there.y))
        for at in between
    )


def _box(each: Actor, place: Place) -> Html:
    x, y = AT[each]
    lines = [*dict.fromkeys(words.actor(each)), *([each] if each not in DOORS else [])]
    top = y - (len(lines) - 1) * LINE / 2 + 4
    text = (el("text", line, x=x, y=top + row * LINE, class_="name" if row == 0 else None) for row, line in enumerate(lines))
    frame = el("rect", x=x - WIDE / 2, y=y - HIGH / 2, width=WIDE, height=HIGH, rx=8)
    return el("a", frame, text, href=place.page(each), class_="party" if each in DOORS else "service")


def _arrow(pair: tuple[Actor, Actor], ways: list[Route], *, back: bool) -> Html:
    start, end = _ends(*pair, aside=APART if back else 0)
    label = [f"{topic} ({len({way.event.type for way in on_it})})" for topic, on_it in by_topic(ways).items()]
    spoken = f"{words.actor(pair[0]).nl} → {words.actor(pair[1]).nl}: {', '.join(label)}"
    lane = "crisis" if all(way.lane == "crises" for way in ways) else None
    inside = (
        el("title", spoken),
        el("path", d=f"M{start.x:.0f} {start.y:.0f} L{end.x:.0f} {end.y:.0f}", class_="reach"),
        el("path", d=f"M{start.x:.0f} {start.y:.0f} L{end.x:.0f} {end.y:.0f} {_head(start, end)}", class_="line"),
        _label(start, end, label),
    )
    return el("a", inside, href=f"#{_anchor(pair)}", class_=lane)


def _ends(speaker: Actor, listener: Actor, *, aside: int) -> tuple[Point, Point]:
    """Where an arrow leaves one box and reaches the other, this far to the right of the line between their middles."""
    here, there = Point(*AT[speaker]), Point(*AT[listener])
    length = ((there.x - here.x) ** 2 + (there.y - here.y) ** 2) ** 0.5
    along = Point((there.x - here.x) / length, (there.y - here.y) / length)
    right = Point(-along.y * aside, along.x * aside)
    out = min((WIDE / 2) / abs(along.x) if along.x else length, (HIGH / 2) / abs(along.y) if along.y else length) + 6
    return (
        Point(here.x + along.x * out + right.x, here.y + along.y * out + right.y),
        Point(there.x - along.x * out + right.x, there.y - along.y * out + right.y),
    )


def _head(start: Point, end: Point) -> str:
    length = ((end.x - start.x) ** 2 + (end.y - start.y) ** 2) ** 0.5
    x, y = (end.x - start.x) / length * HEAD, (end.y - start.y) / length * HEAD
    one, other = Point(end.x - x - y / 2, end.y - y + x / 2), Point(end.x - x + y / 2, end.y - y - x / 2)
    return f"M{one.x:.1f} {one.y:.1f} L{end.x:.1f} {end.y:.1f} L{other.x:.1f} {other.y:.1f}"


def _label(start: Point, end: Point, lines: Sequence[str]) -> Html:
    """Beside the middle of the arrow, on the side away from the one that goes the other way."""
    across, down = end.x - start.x, end.y - start.y
    y = (start.y + end.y) / 2
    y += (HEIGHT / 2 - y) / 6  # nearer the middle row, where slanting arrows are further away
    x = start.x + across * ((y - start.y) / down if down else 0.5)
    if abs(down) < abs(across) / 4:  # level: below the arrow to the right, above the one to the left
        first = y + LINE if across > 0 else y - 8 - (len(lines) - 1) * LINE
        return together(_lines(lines, x, first, "middle"))
    left = x < WIDTH / 3 if across else down > 0  # a slanting one has room on the outside
    first = y - (len(lines) - 1) * LINE / 2 + 4
    aside = 24 if across else 10
    return together(_lines(lines, x - aside if left else x + aside, first, "end" if left else "start"))


def _lines(lines: Sequence[str], x: float, first: float, anchor: str) -> Iterator[Html]:
    for row, line in enumerate(lines):
        yield el("text", line, x=f"{x:.0f}", y=f"{first + row * LINE:.0f}", text_anchor=anchor)
