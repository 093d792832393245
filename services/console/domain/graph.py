"""A case as a graph: who spoke is a lane, what was said is a node, and what led to what is an edge."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from services.console.domain.timeline import Hop


class Node(NamedTuple):
    """One event, however many topics it stands on; `line` is where the timeline has it first."""

    hop: Hop
    lane: int
    line: int


class Graph(NamedTuple):
    """Nodes from left to right in causal order; an edge leads from a cause to its effect, by their places among the nodes."""

    lanes: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]


def graph(hops: Sequence[Hop], speaker: Callable[[Hop], str], without: Collection[str], most: int) -> Graph:
    """The newest `most` events of these, in their order; types in `without` and what nobody can read are left out."""
    lines = {hop.name: (line, hop) for line, hop in reversed([*enumerate(hops)]) if hop.readable and hop.type not in without}
    kept = sorted(lines.values(), key=lambda each: each[0])[-most:]
    lanes = tuple(dict.fromkeys(speaker(hop) for _, hop in kept))
    nodes = tuple(Node(hop, lanes.index(speaker(hop)), line) for line, hop in kept)
    places = {node.hop.name: place for place, node in enumerate(nodes)}
    edges = ((places[node.hop.cause], place) for place, node in enumerate(nodes) if node.hop.cause in places)
    return Graph(lanes, nodes, tuple((cause, effect) for cause, effect in edges if cause != effect))
