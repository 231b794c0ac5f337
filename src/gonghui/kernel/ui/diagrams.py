"""Diagrams (关系图): boxes and arrows placed by `layout`, drawn as SVG on the server, with the same
in words below. Every box is a link, so a diagram works by keyboard and without script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gonghui.kernel.ui.components import Column, Row, Table
from gonghui.kernel.ui.layout import Box, curve, lay_out, wrapped

LINE_HEIGHT = 17
"""Pixels from one line of a label to the next."""
TONES = frozenset({"plain", "info", "good", "wait", "gold"})
SHAPES = frozenset({"box", "round", "dashed"})


@dataclass(frozen=True)
class Look:
    """How a kind of box looks. tone: plain, info, good, wait or gold. shape: box, round, dashed."""

    title: str
    tone: str = "plain"
    shape: str = "box"

    def __post_init__(self) -> None:
        if self.tone not in TONES or self.shape not in SHAPES:
            raise ValueError(f"unknown look {self.tone} {self.shape}")

    @property
    def css(self) -> str:
        return f"is-{self.tone} is-{self.shape}"


@dataclass(frozen=True)
class Node:
    """A box. kind: a key of the diagram's looks. note: said with the label, not drawn."""

    id: str
    label: str
    kind: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Edge:
    """An arrow. label: by what, in the words only. count: drawn on the line. sure: else dashed."""

    source: str
    target: str
    label: str = ""
    sure: bool = True
    count: int = 0
    doubt: str = ""


@dataclass
class Diagram:
    """Boxes and arrows.

    looks: how each kind of node looks, by kind. lines: the pairs that get a line where not all
    do; the words name all. marked: nodes to stand out, by how many steps from the first (0).
    marks: what is said of the first and of the others. arrow: headings of what an arrow leads
    to and comes from. data_url: the same as JSON.
    """

    title: str
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    looks: Mapping[str, Look] = field(default_factory=dict)
    lines: Sequence[tuple[str, str]] | None = None
    marked: Mapping[str, int] = field(default_factory=dict)
    marks: tuple[str, str] = ("假定停用", "会受影响")
    arrow: tuple[str, str] = ("指向", "来自")
    first: str = "名称"
    data_url: str = ""

    def look_of(self, node: Node) -> Look:
        return self.looks.get(node.kind, PLAIN)

    @property
    def keys(self) -> list[Look]:
        """The looks that occur, in their order."""
        used = {node.kind for node in self.nodes}
        return [look for kind, look in self.looks.items() if kind in used]


PLAIN = Look("")


@dataclass(frozen=True)
class DrawnNode:
    """A box as SVG draws it."""

    node: Node
    box: Box
    lines: list[tuple[float, str]]
    css: str
    spoken: str

    @property
    def middle(self) -> float:
        return self.box.x + self.box.width / 2


@dataclass(frozen=True)
class DrawnLine:
    """An arrow as SVG draws it."""

    edge: Edge
    path: str
    label: str
    x: float
    y: float
    css: str


@dataclass(frozen=True)
class Drawn:
    """A diagram as SVG and as words."""

    width: float
    height: float
    nodes: list[DrawnNode]
    lines: list[DrawnLine]
    words: Table


def draw(diagram: Diagram) -> Drawn:
    """Place and draw a diagram; the same diagram always looks the same."""
    nodes = {node.id: node for node in diagram.nodes}
    pairs = list(dict.fromkeys((edge.source, edge.target) for edge in diagram.edges))
    drawing = lay_out(list(nodes), pairs if diagram.lines is None else list(diagram.lines))
    boxes = [_node(diagram, nodes[box.id], box) for box in drawing.boxes]
    edges: dict[tuple[str, str], list[Edge]] = {}
    for edge in diagram.edges:
        edges.setdefault((edge.source, edge.target), []).append(edge)
    lines = []
    for line in drawing.lines:
        same = edges[line.source, line.target]
        count = sum(edge.count for edge in same)
        x = (line.points[0][0] + line.points[1][0]) / 2
        y = (line.points[0][1] + line.points[1][1]) / 2 - 3
        hit = line.source in diagram.marked and line.target in diagram.marked
        css = ("" if same[0].sure else " is-undeclared") + (" is-hit" if hit else "")
        label = f"{count:,}" if count else ""
        lines.append(DrawnLine(same[0], curve(line.points), label, x, y, css))
    return Drawn(drawing.width, drawing.height, boxes, lines, _words(diagram))


def _node(diagram: Diagram, node: Node, box: Box) -> DrawnNode:
    pieces = wrapped(node.label)
    top = box.y + box.height / 2 - (len(pieces) - 1) * LINE_HEIGHT / 2 + 4.5
    placed = [(round(top + n * LINE_HEIGHT, 1), piece) for n, piece in enumerate(pieces)]
    look, steps = diagram.look_of(node), diagram.marked.get(node.id)
    css = look.css
    mark = ""
    if steps is not None:
        css += " is-hit is-stopped" if steps == 0 else " is-hit"
        mark = diagram.marks[0] if steps == 0 else diagram.marks[1]
    spoken = "，".join(part for part in (node.label, look.title, node.note, mark) if part)
    return DrawnNode(node, box, placed, css, spoken)


def _words(diagram: Diagram) -> Table:
    """The diagram in words: what each box leads to, by what, and what leads to it."""
    nodes = {node.id: node for node in diagram.nodes}
    below: dict[str, list[str]] = {}
    above: dict[str, list[str]] = {}
    for edge in diagram.edges:
        count = f" {edge.count:,}" if edge.count else ""
        doubt = f"，{edge.doubt}" if not edge.sure and edge.doubt else ""
        by = f"{edge.label}{count}{doubt}".strip("，")
        words = nodes[edge.target].label + (f"（{by}）" if by else "")
        below.setdefault(edge.source, []).append(words)
        above.setdefault(edge.target, []).append(nodes[edge.source].label)
    columns = [
        Column(diagram.first, "title"),
        Column("类别"),
        Column(diagram.arrow[0]),
        Column(diagram.arrow[1]),
    ]
    rows = [
        Row(
            node.id,
            [
                node.label,
                diagram.look_of(node).title or "—",
                "、".join(below.get(node.id, [])) or "—",
                "、".join(dict.fromkeys(above.get(node.id, []))) or "—",
            ],
            node.url,
        )
        for node in diagram.nodes
    ]
    return Table(diagram.title, columns, rows, name="diagram")
