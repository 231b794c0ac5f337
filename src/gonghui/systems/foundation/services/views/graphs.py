"""The four relation graphs as drawings, as text, and as data."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.base.errors import Missing
from gonghui.kernel.ui import components as ui
from gonghui.kernel.ui import diagrams
from gonghui.systems.foundation.services.permissions import VIEW_SERVICES
from gonghui.systems.foundation.services.queries import graphs

LOOKS = {
    graphs.OWN: diagrams.Look(graphs.KINDS[graphs.OWN], "info"),
    graphs.PART: diagrams.Look(graphs.KINDS[graphs.PART]),
    graphs.OTHER: diagrams.Look(graphs.KINDS[graphs.OTHER], "good"),
    graphs.PARTY: diagrams.Look(graphs.KINDS[graphs.PARTY], "wait"),
    graphs.TOPIC: diagrams.Look(graphs.KINDS[graphs.TOPIC], "gold", "round"),
    graphs.CALLER: diagrams.Look(graphs.KINDS[graphs.CALLER], "plain", "round"),
    graphs.GATE: diagrams.Look(graphs.KINDS[graphs.GATE], "plain", "dashed"),
}


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
    context = {
        "graph": graph,
        "tabs": [
            ui.Tab(title, reverse(f"graph-{key}"), key == code)
            for key, title in graphs.TITLES.items()
        ],
        "diagram": _diagram(graph, stopped if stopped in everything.nodes else "", hit),
        "filters": _filters(everything, here, focus, chapter, stopped),
        "stopped": everything.nodes.get(stopped),
        "hit": [
            (everything.nodes[key], steps)
            for key, steps in sorted(hit.items(), key=lambda item: (item[1], item[0]))
        ],
        "as_of": timezone.now(),
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


def _diagram(graph: graphs.Graph, stopped: str, hit: dict[str, int]) -> diagrams.Diagram:
    return diagrams.Diagram(
        graph.title,
        [
            diagrams.Node(node.id, node.label, node.kind, node.url, node.note)
            for node in graph.nodes.values()
        ],
        [
            diagrams.Edge(edge.source, edge.target, edge.label, edge.declared, edge.count, "未声明")
            for edge in graph.edges
        ],
        LOOKS,
        lines=graph.lines(),
        marked={stopped: 0, **hit} if stopped else {},
        arrow=("依赖", "被谁依赖"),
        first="系统或部分",
        data_url=reverse("services-graph-data", args=[graph.code]),
    )


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
