"""Where the boxes and lines of a diagram stand: layers from left to right.

The steps are those of K. Sugiyama's method: lines that close a circle are turned round, each
box goes into a layer after all that point at it, long lines get a bend in every layer they
cross, boxes of a layer are ordered by the mean place of their neighbours. The same graph always
gives the same drawing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Edge = tuple[str, str]
SWEEPS = 6


@dataclass(frozen=True)
class Measures:
    """Sizes in pixels: a box, the gaps between columns and rows, the room of a passing line."""

    width: int = 176
    height: int = 44
    across: int = 64
    down: int = 16
    lane: int = 10
    margin: int = 12


@dataclass(frozen=True)
class Box:
    """A placed box; x and y are its upper left corner."""

    id: str
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True)
class Line:
    """A line from box to box through points (x, y)."""

    source: str
    target: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Drawing:
    """All boxes and lines, and the size of the whole."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


@dataclass
class _Layered:
    """The graph while it is laid out: bends are nodes named (edge, layer)."""

    layers: list[list[object]] = field(default_factory=list)
    before: dict[object, list[object]] = field(default_factory=lambda: defaultdict(list))
    after: dict[object, list[object]] = field(default_factory=lambda: defaultdict(list))
    chains: dict[Edge, list[object]] = field(default_factory=dict)


def lay_out(
    nodes: Sequence[str], edges: Iterable[Edge], measures: Measures | None = None
) -> Drawing:
    """Place `nodes` so that lines run to the right; nodes without a line stand below."""
    sizes = measures or Measures()
    known = dict.fromkeys(nodes)
    wanted = [edge for edge in dict.fromkeys(edges) if edge[0] != edge[1]]
    wanted = [edge for edge in wanted if edge[0] in known and edge[1] in known]
    linked = {end for edge in wanted for end in edge}
    boxes: list[Box] = []
    lines: list[Line] = []
    top, columns = 0.0, 4
    for group in _groups([node for node in known if node in linked], wanted):
        inside = set(group)
        found = _lay_out_joined(group, [edge for edge in wanted if edge[0] in inside], sizes)
        boxes += [Box(box.id, box.x, box.y + top, box.width, box.height) for box in found.boxes]
        lines += [
            Line(line.source, line.target, tuple((x, y + top) for x, y in line.points))
            for line in found.lines
        ]
        top += found.height
        columns = max(columns, round(found.width / (sizes.width + sizes.across)))
    loose = [node for node in known if node not in linked]
    boxes += _grid(loose, columns, top + sizes.margin, sizes)
    width = max((box.x + box.width for box in boxes), default=0) + sizes.margin
    height = max((box.y + box.height for box in boxes), default=0) + sizes.margin
    return Drawing(width, height, tuple(boxes), tuple(lines))


def _groups(nodes: Sequence[str], edges: Sequence[Edge]) -> list[list[str]]:
    """The parts of the graph no line joins, the largest first."""
    near: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        near[source].append(target)
        near[target].append(source)
    groups: list[list[str]] = []
    seen: set[str] = set()
    for root in nodes:
        if root in seen:
            continue
        seen.add(root)
        group = [root]
        for node in group:
            for other in near[node]:
                if other not in seen:
                    seen.add(other)
                    group.append(other)
        groups.append([node for node in nodes if node in set(group)])
    return sorted(groups, key=lambda group: -len(group))


def _lay_out_joined(nodes: Sequence[str], edges: Sequence[Edge], sizes: Measures) -> Drawing:
    forward = _without_circles(nodes, edges)
    graph = _layered(nodes, forward)
    _order(graph)
    ys = _heights(graph, sizes)
    boxes = _boxes(graph, ys, sizes)
    width = max(box.x + box.width for box in boxes)
    height = max(y + sizes.height for y in ys.values()) + sizes.down
    places = {box.id: box for box in boxes}
    layer_of = {node: n for n, layer in enumerate(graph.layers) for node in layer}
    lines = [_line(edge, graph, layer_of, places, ys, sizes) for edge in edges]
    return Drawing(width, height, tuple(boxes), tuple(lines))


def _without_circles(nodes: Sequence[str], edges: Sequence[Edge]) -> set[Edge]:
    """The edges with those that close a circle turned round."""
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        following[source].append(target)
    turned: set[Edge] = set()
    state: dict[str, int] = {}
    for root in nodes:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(following[root]))]
        while stack:
            node, rest = stack[-1]
            target = next(rest, "")
            if not target:
                state[node] = 2
                stack.pop()
            elif state.get(target) == 1:
                turned.add((node, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(following[target])))
    return {(b, a) if (a, b) in turned else (a, b) for a, b in edges}


def _layered(nodes: Sequence[str], edges: set[Edge]) -> _Layered:
    ordered = sorted(edges, key=lambda edge: (nodes.index(edge[0]), nodes.index(edge[1])))
    depth = _depths(nodes, ordered)
    graph = _Layered(layers=[[] for _ in range(max(depth.values(), default=-1) + 1)])
    for node in nodes:
        graph.layers[depth[node]].append(node)
    for edge in ordered:
        source, target = edge
        chain: list[object] = [source]
        for layer in range(depth[source] + 1, depth[target]):
            bend = (edge, layer)
            graph.layers[layer].append(bend)
            chain.append(bend)
        chain.append(target)
        graph.chains[edge] = chain
        for left, right in pairwise(chain):
            graph.after[left].append(right)
            graph.before[right].append(left)
    return graph


def _depths(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Longest way from a node nothing points at; then each as near to its targets as it can."""
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        moved = False
        for source, target in edges:
            if depth[target] <= depth[source]:
                depth[target] = depth[source] + 1
                moved = True
        if not moved:
            break
    targets: dict[str, list[str]] = defaultdict(list)
    entered = {target for _, target in edges}
    for source, target in edges:
        targets[source].append(target)
    for node in sorted(nodes, key=lambda item: -depth[item]):
        if targets[node] and node not in entered:
            depth[node] = min(depth[target] for target in targets[node]) - 1
    return depth


def _order(graph: _Layered) -> None:
    """Order each layer by the mean place of its neighbours, forth and back."""
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        sequence = graph.layers[1:] if forth else graph.layers[-2::-1]
        neighbours = graph.before if forth else graph.after
        for layer in sequence:
            places = {node: n for each in graph.layers for n, node in enumerate(each)}
            means = {
                node: sum(places[item] for item in near) / len(near)
                for node in layer
                if (near := neighbours[node])
            }
            layer.sort(key=lambda node: (means.get(node, places[node]), places[node]))


def _heights(graph: _Layered, sizes: Measures) -> dict[object, float]:
    """The upper edge of every node: near the mean of its neighbours, none over another."""
    tall = {
        node: sizes.height if isinstance(node, str) else sizes.lane
        for layer in graph.layers
        for node in layer
    }
    ys: dict[object, float] = {}
    for layer in graph.layers:
        place = 0.0
        for node in layer:
            ys[node] = place
            place += tall[node] + sizes.down
    for sweep in range(SWEEPS):
        neighbours = graph.before if sweep % 2 == 0 else graph.after
        for layer in graph.layers if sweep % 2 == 0 else reversed(graph.layers):
            wished = [
                sum(ys[item] + tall[item] / 2 for item in near) / len(near) - tall[node] / 2
                if (near := neighbours[node])
                else ys[node]
                for node in layer
            ]
            _settle(layer, wished, ys, tall, sizes.down)
    lowest = min(ys.values(), default=0)
    return {node: y - lowest + sizes.margin for node, y in ys.items()}


def _settle(
    layer: list[object],
    wished: list[float],
    ys: dict[object, float],
    tall: dict[object, int],
    gap: int,
) -> None:
    """Put a layer's nodes as near to their wishes as their order allows."""
    placed: list[float] = []
    end = float("-inf")
    for node, wish in zip(layer, wished, strict=True):
        placed.append(max(wish, end))
        end = placed[-1] + tall[node] + gap
    # Pushed down one after the other; half of it is given back to all.
    shift = sum(place - wish for place, wish in zip(placed, wished, strict=True)) / len(layer)
    for node, place in zip(layer, placed, strict=True):
        ys[node] = place - shift


def _boxes(graph: _Layered, ys: dict[object, float], sizes: Measures) -> list[Box]:
    return [
        Box(
            node,
            sizes.margin + column * (sizes.width + sizes.across),
            round(ys[node], 1),
            sizes.width,
            sizes.height,
        )
        for column, layer in enumerate(graph.layers)
        for node in layer
        if isinstance(node, str)
    ]


def _grid(nodes: Sequence[str], columns: int, top: float, sizes: Measures) -> list[Box]:
    step = sizes.width + sizes.across // 3
    columns = max(2, columns * (sizes.width + sizes.across) // step)
    return [
        Box(
            node,
            sizes.margin + n % columns * step,
            round(top + n // columns * (sizes.height + sizes.down), 1),
            sizes.width,
            sizes.height,
        )
        for n, node in enumerate(nodes)
    ]


def _line(
    edge: Edge,
    graph: _Layered,
    layer_of: dict[object, int],
    places: dict[str, Box],
    ys: dict[object, float],
    sizes: Measures,
) -> Line:
    chain = graph.chains.get(edge)
    turned = chain is None
    if chain is None:
        chain = graph.chains[edge[1], edge[0]]
    points: list[tuple[float, float]] = []
    for node in chain:
        if isinstance(node, str):
            box = places[node]
            x = box.x if points else box.x + box.width
            points.append((x, round(box.y + box.height / 2, 1)))
        else:
            x = sizes.margin + layer_of[node] * (sizes.width + sizes.across)
            y = round(ys[node] + sizes.lane / 2, 1)
            points += [(x, y), (x + sizes.width, y)]
    if turned:
        points.reverse()
    return Line(edge[0], edge[1], tuple(points))


def curve(points: Sequence[tuple[float, float]]) -> str:
    """The path of an SVG line through points, level where it meets them."""
    (x, y), *rest = points
    parts = [f"M{x:g} {y:g}"]
    for to_x, to_y in rest:
        if y == to_y:
            parts.append(f"H{to_x:g}")
        else:
            middle = (x + to_x) / 2
            parts.append(f"C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}")
        x, y = to_x, to_y
    return "".join(parts)


def wrapped(label: str, wide: int = 12, lines: int = 2) -> list[str]:
    """A label in at most `lines` pieces of `wide` full-width characters."""
    pieces: list[str] = []
    piece, room = "", float(wide)
    for char in label:
        need = 1 if ord(char) > 0x2E80 else 0.56
        if need > room:
            pieces.append(piece)
            piece, room = "", float(wide)
        piece, room = piece + char, room - need
    pieces.append(piece)
    if len(pieces) > lines:
        pieces = [*pieces[: lines - 1], pieces[lines - 1][:-1] + "…"]
    return pieces
