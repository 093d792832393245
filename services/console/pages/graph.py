"""How the graph of a case looks: drawn here as SVG, a lane for each who spoke; on a narrow screen it scrolls in its own box."""

from collections.abc import Sequence
from textwrap import wrap

from passend_contracts import catalogue
from passend_contracts.catalogue import Words
from passend_contracts.events import EventAccepted

from services.console import translation, words
from services.console.domain.graph import Graph, Node, graph
from services.console.domain.timeline import Hop
from services.console.domain.visitor import Visitor
from services.console.pages.html import Html, el, said, together
from services.console.pages.timeline import anchor, local
from services.console.parties import Parties

HEADING = Words("Wat leidde tot wat?", "What led to what?")
LEGEND = Words(
    "Elke rij is iemand die iets zei; een lijn gaat van de oorzaak naar het gevolg. Ontvangstbewijzen staan er niet in.",
    "Each row is somebody who said something; a line leads from cause to effect. Receipts are left out.",
)
MOST = 150
"""Nodes of a drawing: the newest ones."""
COLUMN, LANE, HEAD, DOT = 132, 104, 26, 7
LINE, LETTERS, LINES = 15, 18, 4
RECEIPTS = frozenset({catalogue.of(EventAccepted).type})


def drawn(hops: Sequence[Hop], parties: Parties, visitor: Visitor) -> Html | None:
    """The graph of these hops; none where there is nothing to join."""
    seen = graph(hops, parties.speaker, RECEIPTS, MOST)
    if len(seen.nodes) < 2:
        return None
    lanes = el("ul", (el("li", said("span", words.service(each) or parties.name(each))) for each in seen.lanes), class_="lanes")
    box = el("div", _svg(seen, visitor), class_="box", tabindex=0, role="region", aria_label=HEADING.nl)
    return el("section", said("h2", HEADING), said("p", LEGEND, class_="note"), el("div", lanes, box, class_="graph"))


def _svg(seen: Graph, visitor: Visitor) -> Html:
    width, height = len(seen.nodes) * COLUMN, HEAD + len(seen.lanes) * LANE
    rows = (el("rect", x=0, y=HEAD + lane * LANE, width="100%", height=LANE, class_=f"row{lane % 2}") for lane in range(len(seen.lanes)))
    edges = (_edge(seen.nodes, cause, effect) for cause, effect in seen.edges)
    inside = (rows, edges, _days(seen), (_node(place, node, visitor) for place, node in enumerate(seen.nodes)))
    return el("svg", inside, width=width, height=height)


def _edge(nodes: Sequence[Node], cause: int, effect: int) -> Html:
    (x, y), (to_x, to_y) = _at(cause, nodes[cause]), _at(effect, nodes[effect])
    if y == to_y and effect > cause + 1:  # over the heads of those between
        way = f"M{x} {y - DOT} C{x + 40} {y - 28} {to_x - 40} {to_y - 28} {to_x} {to_y - DOT}"
    else:
        way = f"M{x + DOT} {y} C{x + COLUMN * 0.95:.0f} {y} {to_x - COLUMN * 0.45:.0f} {to_y} {to_x - DOT} {to_y}"
    return el("path", d=way)


def _days(seen: Graph) -> Html:
    days = [words.day(local(node.hop)).nl for node in seen.nodes]
    starts = (place for place, day in enumerate(days) if place == 0 or day != days[place - 1])
    return together(el("text", days[place], x=place * COLUMN + 8, y=17, class_="day") for place in starts)


def _node(place: int, node: Node, visitor: Visitor) -> Html:
    x, y = _at(place, node)
    what = translation.next_step(node.hop, visitor) or words.event(translation.stem_of(node.hop))
    lines = wrap(what.nl, LETTERS, max_lines=LINES, placeholder=" …")
    label = (el("tspan", line, x=x, y=y + 24 + LINE * row) for row, line in enumerate(lines))
    title = el("title", f"{local(node.hop):%H:%M:%S} {what.nl} / {what.en}")
    return el("a", title, el("circle", cx=x, cy=y, r=DOT), el("text", label), href=f"#{anchor(node.line)}")


def _at(place: int, node: Node) -> tuple[int, int]:
    return place * COLUMN + COLUMN // 2, HEAD + node.lane * LANE + 30
