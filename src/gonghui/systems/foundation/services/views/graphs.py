"""The four relation graphs as drawings, as text, and as data."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.base.errors import Missing
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.services.permissions import VIEW_SERVICES
from gonghui.systems.foundation.services.queries import graphs
from gonghui.systems.foundation.services.rules.layout import Box, curve, lay_out, wrapped

ROW = 17
"""Pixels from one line of a label to the next."""


@dataclass(frozen=True)
class DrawnNode:
    """A node as SVG draws it. hit: how many steps from what is supposed to stop, 0 for itself."""

    node: graphs.Node
    box: Box
    lines: list[tuple[float, str]]
    hit: int | None

    @property
    def middle(self) -> float:
        return self.box.x + self.box.width / 2

    @property
    def spoken(self) -> str:
        parts = [self.node.label, graphs.KINDS[self.node.kind], self.node.note]
        if self.hit is not None:
            parts.append("假定停用" if self.hit == 0 else "会受影响")
        return "，".join(part for part in parts if part)


@dataclass(frozen=True)
class DrawnLine:
    """A line as SVG draws it."""

    edge: graphs.Edge
    path: str
    label: str
    x: float
    y: float
    hit: bool


def _graph(request: HttpRequest, code: str) -> graphs.Graph:
    request.actor.require(VIEW_SERVICES)
    build = graphs.GRAPHS.get(code)
    if build is None:
        raise Missing("没有这张图。", remedy="请从系统总目录进入。")
    return build(request.actor, timezone.localdate())


def graph_page(request: HttpRequest, code: str) -> HttpResponse:
    """A graph, narrowed to a node's or chapter's surroundings, with what a stop would hit."""
    graph = _graph(request, code)
    everything = graph
    focus, chapter = request.GET.get("focus", ""), request.GET.get("chapter", "")
    stopped = request.GET.get("stop", "")
    hit = graph.hit_by(stopped)
    if focus in graph.nodes:
        graph = graph.around([focus])
    elif chapter:
        graph = graph.around(key for key, node in graph.nodes.items() if node.chapter == chapter)
    here = reverse(f"graph-{code}")
    drawn, lines, size = _drawn(graph, stopped if stopped in everything.nodes else "", hit)
    context = {
        "graph": graph,
        "tabs": [
            ui.Tab(title, reverse(f"graph-{key}"), key == code)
            for key, title in graphs.TITLES.items()
        ],
        "nodes": drawn,
        "lines": lines,
        "width": size[0],
        "height": size[1],
        "filters": _filters(everything, here, focus, chapter, stopped),
        "stopped": everything.nodes.get(stopped),
        "hit": [
            (everything.nodes[key], steps)
            for key, steps in sorted(hit.items(), key=lambda item: (item[1], item[0]))
        ],
        "kinds": [
            (kind, title)
            for kind, title in graphs.KINDS.items()
            if any(node.kind == kind for node in graph.nodes.values())
        ],
        "table": _table(graph),
        "as_of": timezone.now(),
        "data_url": reverse("services-graph-data", args=[code]),
    }
    return render(request, "services/graph.html", context)


def graph_data(request: HttpRequest, code: str) -> JsonResponse:
    """{"title", "nodes": [{id, label, kind, url, note}], "edges": [{source, target, …}]}."""
    graph = _graph(request, code)
    return JsonResponse(
        {
            "title": graph.title,
            "as_of": timezone.now().isoformat(),
            "nodes": [
                {
                    "id": node.id,
                    "label": node.label,
                    "kind": node.kind,
                    "url": node.url,
                    "note": node.note,
                }
                for node in graph.nodes.values()
            ],
            "edges": [
                {
                    "source": edge.source,
                    "target": edge.target,
                    "label": edge.label,
                    "declared": edge.declared,
                    "count": edge.count,
                }
                for edge in graph.edges
            ],
        }
    )


def _drawn(
    graph: graphs.Graph, stopped: str, hit: dict[str, int]
) -> tuple[list[DrawnNode], list[DrawnLine], tuple[float, float]]:
    drawing = lay_out(list(graph.nodes), graph.lines())
    marks = {stopped: 0, **hit} if stopped else {}
    nodes = [_node(graph.nodes[box.id], box, marks.get(box.id)) for box in drawing.boxes]
    edges = {}
    for edge in graph.edges:
        edges.setdefault((edge.source, edge.target), edge)
    lines = []
    for line in drawing.lines:
        edge = edges[line.source, line.target]
        count = sum(
            item.count
            for item in graph.edges
            if (item.source, item.target) == (line.source, line.target)
        )
        x = (line.points[0][0] + line.points[1][0]) / 2
        y = (line.points[0][1] + line.points[1][1]) / 2
        label = f"{count:,}" if count else ""
        touched = line.source in marks and line.target in marks
        lines.append(DrawnLine(edge, curve(line.points), label, x, y - 3, touched))
    return nodes, lines, (drawing.width, drawing.height)


def _node(node: graphs.Node, box: Box, hit: int | None) -> DrawnNode:
    pieces = wrapped(node.label)
    top = box.y + box.height / 2 - (len(pieces) - 1) * ROW / 2 + 4.5
    placed = [(round(top + n * ROW, 1), piece) for n, piece in enumerate(pieces)]
    return DrawnNode(node, box, placed, hit)


def _filters(
    graph: graphs.Graph, here: str, focus: str, chapter: str, stopped: str
) -> list[ui.Filter]:
    kept = {"stop": stopped} if stopped in graph.nodes else {}
    chapters = sorted({node.chapter for node in graph.nodes.values() if node.chapter})
    nodes = sorted(graph.nodes.values(), key=lambda node: (node.kind, node.label))
    narrowed = (
        {"focus": focus} if focus in graph.nodes else ({"chapter": chapter} if chapter else {})
    )
    return [
        ui.Filter(
            "类别",
            chapter,
            lead="只看",
            options=[
                ui.Option(name, f"{here}?{urlencode({**kept, 'chapter': name})}", name == chapter)
                for name in chapters
            ],
            clear_url=f"{here}?{urlencode(kept)}",
        ),
        ui.Filter(
            "系统",
            graph.nodes[focus].label if focus in graph.nodes else "",
            lead="只看一个周围",
            options=[
                ui.Option(
                    node.label, f"{here}?{urlencode({**kept, 'focus': node.id})}", node.id == focus
                )
                for node in nodes
            ],
            clear_url=f"{here}?{urlencode(kept)}",
        ),
        ui.Filter(
            "假定停用",
            graph.nodes[stopped].label if stopped in graph.nodes else "",
            lead="看影响",
            options=[
                ui.Option(
                    node.label,
                    f"{here}?{urlencode({**narrowed, 'stop': node.id})}",
                    node.id == stopped,
                )
                for node in nodes
            ],
            clear_url=f"{here}?{urlencode(narrowed)}",
        ),
    ]


def _table(graph: graphs.Graph) -> ui.Table:
    """The graph in words: who needs whom, by what."""
    columns = [
        ui.Column("系统或部分", "title"),
        ui.Column("类别"),
        ui.Column("依赖"),
        ui.Column("被谁依赖"),
    ]
    below: dict[str, list[str]] = {}
    above: dict[str, list[str]] = {}
    for edge in graph.edges:
        count = f" {edge.count:,}" if edge.count else ""
        mark = "" if edge.declared else "，未声明"
        by = f"{edge.label}{count}{mark}".strip("，")
        words = graph.nodes[edge.target].label + (f"（{by}）" if by else "")
        below.setdefault(edge.source, []).append(words)
        above.setdefault(edge.target, []).append(graph.nodes[edge.source].label)
    rows = [
        ui.Row(
            node.id,
            [
                node.label,
                graphs.KINDS[node.kind],
                "、".join(below.get(node.id, [])) or "—",
                "、".join(dict.fromkeys(above.get(node.id, []))) or "—",
            ],
            node.url,
        )
        for node in graph.nodes.values()
    ]
    return ui.Table(graph.title, columns, rows)
