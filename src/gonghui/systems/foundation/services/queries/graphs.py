"""The four relation graphs. An arrow from A to B says that A needs B: if B stops, A feels it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import Sum
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import RESOURCES, SYSTEMS
from gonghui.kernel.security.outgoing import PARTIES
from gonghui.systems.foundation.services.models import BusFlow, CallCount
from gonghui.systems.foundation.services.models.observed import Caller
from gonghui.systems.foundation.services.models.register import Means, Review
from gonghui.systems.foundation.services.queries import interfaces, manifests, register, seen
from gonghui.systems.foundation.services.queries.sources import package_of, sources
from gonghui.systems.foundation.services.rules import life
from gonghui.systems.foundation.services.rules.impact import upstream

OWN, PART, OTHER, PARTY, TOPIC, CALLER, GATE = (
    "own",
    "part",
    "other",
    "party",
    "topic",
    "caller",
    "gate",
)
KINDS = {
    OWN: "平台系统",
    PART: "平台组成部分",
    OTHER: "登记的其他系统",
    PARTY: "外部单位",
    TOPIC: "业务消息",
    CALLER: "调用者",
    GATE: "接口",
}


@dataclass(frozen=True)
class Node:
    """Something that stands in a graph; url is its own page."""

    id: str
    label: str
    kind: str
    url: str
    note: str = ""
    chapter: str = ""


@dataclass(frozen=True)
class Edge:
    """source needs target. label: by what. declared: a manifest or registration says so."""

    source: str
    target: str
    label: str = ""
    declared: bool = True
    count: int = 0


@dataclass
class Graph:
    """One graph: its nodes by id, its edges, and how it is to be read."""

    code: str
    title: str
    help: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    drawn: set[tuple[str, str]] | None = None

    def add(self, node: Node) -> None:
        self.nodes.setdefault(node.id, node)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys((edge.source, edge.target) for edge in self.edges))

    def lines(self) -> list[tuple[str, str]]:
        """The pairs that get a line; the text names them all."""
        return [pair for pair in self.pairs if self.drawn is None or pair in self.drawn]

    def around(self, ids: Iterable[str]) -> Graph:
        """Only these nodes and their neighbours."""
        wanted = set(ids)
        kept = wanted | {b for a, b in self.pairs if a in wanted}
        kept |= {a for a, b in self.pairs if b in wanted}
        edges = [
            edge
            for edge in self.edges
            if edge.source in kept
            and edge.target in kept
            and (edge.source in wanted or edge.target in wanted)
        ]
        nodes = {key: node for key, node in self.nodes.items() if key in kept}
        return replace(self, nodes=nodes, edges=edges, drawn=None)

    def hit_by(self, stopped: str) -> dict[str, int]:
        """What feels it when a node stops, with how many steps away."""
        return upstream(self.pairs, stopped) if stopped in self.nodes else {}


def _own(code: str) -> Node:
    system = SYSTEMS[code]
    return Node(
        code,
        f"{code} {system.name}",
        OWN,
        reverse("services-system", args=[code]),
        system.stage,
        system.chapter,
    )


def _part(package: str, title: str) -> Node:
    return Node(package, title, PART, reverse("services-part", args=[package]), "", "平台内核")


def _party(code: str) -> Node:
    party = PARTIES.get(code)
    title = party.title if party else code
    note = "模拟" if party is not None and party.is_simulated() else ""
    return Node(f"party:{code}", title, PARTY, reverse("services-outside"), note, "外部单位")


def _node_of_package(package: str) -> Node | None:
    system = manifests.system_of_package(package)
    if system is not None:
        return _own(system.code)
    part = manifests.parts().get(package)
    return _part(package, part.title) if part and package != "site" else None


def software(actor: Actor, today: date) -> Graph:
    """应用软件关系图: which package of the software stands on which."""
    graph = Graph(
        "software",
        "应用软件关系图",
        "平台的每个系统和内核部分，箭头指向它所用的部分，取自源代码的引用。"
        "经由别的部分间接引用的不再画线，下面的文字列出全部。",
    )
    for package in manifests.parts():
        if node := _node_of_package(package):
            graph.add(node)
    names = {
        package: node.id for package in manifests.parts() if (node := _node_of_package(package))
    }
    declared = seen.declared()
    for package, targets in sorted(sources().imports.items()):
        for other in sorted(targets):
            if package in names and other in names and names[package] != names[other]:
                source, target = names[package], names[other]
                own = source in SYSTEMS and target in SYSTEMS
                said = not own or target in declared.uses.get(source, frozenset())
                graph.edges.append(Edge(source, target, declared=said))
    graph.drawn = _reduced(graph.pairs)
    return graph


def _reduced(pairs: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs no longer way says already; circles keep all of theirs."""
    following: dict[str, set[str]] = defaultdict(set)
    for source, target in pairs:
        following[source].add(target)
    beyond: dict[str, set[str]] = {}

    def reach(node: str, path: tuple[str, ...] = ()) -> set[str]:
        if node in beyond:
            return beyond[node]
        found: set[str] = set()
        for target in following[node]:
            if target not in path:
                found |= {target} | reach(target, (*path, node))
        beyond[node] = found
        return found

    for node in list(following):
        reach(node)
    return {
        (source, target)
        for source, target in pairs
        if not any(
            target in beyond.get(other, ()) and source not in beyond.get(other, ())
            for other in following[source]
            if other != target
        )
    }


def systems(actor: Actor, today: date) -> Graph:
    """系统关联关系图: our systems, the registered ones of the range, outside parties."""
    graph = Graph(
        "systems",
        "系统关联关系图",
        "平台系统、各地登记的系统和外部单位之间谁依赖谁，取自清单、登记和实际观察；"
        "虚线是实际看到而清单没有声明的。",
    )
    for code in sorted(SYSTEMS):
        graph.add(_own(code))
    said, real = seen.declared(), seen.seen(today)
    for code in sorted({*said.uses, *real.uses}):
        theirs = said.uses.get(code, frozenset())
        for other in sorted(theirs | real.uses.get(code, frozenset())):
            if other in SYSTEMS:
                graph.edges.append(Edge(code, other, "公开接口", other in theirs))
    for edge in _heard(said.publishes, real):
        graph.edges.append(edge)
    for code in sorted({*said.outside, *real.outside}):
        theirs = said.outside.get(code, frozenset())
        for party in sorted(theirs | real.outside.get(code, frozenset())):
            graph.add(_party(party))
            graph.edges.append(Edge(code, f"party:{party}", "外联", party in theirs))
    _registered(graph, actor)
    return graph


def _heard(published: dict, real: seen.Seen) -> list[Edge]:
    """Subscriber → publisher, by the event types they share."""
    found = []
    for code, topics in sorted(real.subscribes.items()):
        for other in sorted({*published, *real.publishes}):
            theirs = {*published.get(other, ()), *real.publishes.get(other, ())}
            shared = [topic for topic in theirs if any(_touches(t, topic) for t in topics)]
            if shared and other != code:
                found.append(Edge(code, other, "业务消息"))
    return found


def _touches(prefix: str, topic: str) -> bool:
    stem = topic.removesuffix("*").rstrip(".")
    return stem == prefix or stem.startswith(f"{prefix.rstrip('.')}.")


def _registered(graph: Graph, actor: Actor) -> None:
    rows = list(
        register.within(actor)
        .filter(review=Review.APPROVED)
        .exclude(stage=life.RETIRED)
        .order_by("id")[:200]
    )
    for item in rows:
        graph.add(_other(item))
    for need in register.needs_of_many(rows):
        if need.target is not None:
            target = f"service:{need.target_id}"
            if target not in graph.nodes:
                continue
        else:
            target = need.system
            if target not in SYSTEMS:
                continue
        label = Means(need.means).label
        graph.edges.append(Edge(f"service:{need.service_id}", target, label))
    for item in rows:
        if item.part_of_id and f"service:{item.part_of_id}" in graph.nodes:
            graph.edges.append(Edge(f"service:{item.pk}", f"service:{item.part_of_id}", "隶属"))


def _other(item: register.Service) -> Node:
    return Node(
        f"service:{item.pk}",
        item.name,
        OTHER,
        reverse("resource:services:record", args=[item.pk]),
        item.union.name,
        item.union.name,
    )


def data(actor: Actor, today: date) -> Graph:
    """数据关联应用图: which application keeps which tables, and whose data it points at."""
    graph = Graph(
        "data",
        "数据关联应用图",
        "每个应用保存的数据表，箭头指向它引用的数据所在的应用，线上的数字是外键数，取自数据模型。",
    )
    for package, models in sorted(manifests.models_by_package().items()):
        node = _node_of_package(package)
        if node is None:
            continue
        graph.add(replace(node, note=f"{len(models)} 张表"))
        counted = Counter(
            package_of(target.__module__) for model in models for target in seen.targets(model)
        )
        for other, count in sorted(counted.items()):
            target = _node_of_package(other)
            if target is not None and other != package:
                graph.edges.append(Edge(node.id, target.id, f"{count} 个外键", count=count))
    return graph


def calls(actor: Actor, today: date) -> Graph:
    """接口调用逻辑图: who calls which interfaces of which system, events, outside calls."""
    graph = Graph(
        "calls",
        "接口调用逻辑图",
        "调用者、接口、提供接口的系统、业务消息和外联单位；数字是最近七天的调用次数，"
        "没有数字的是已声明、这七天没有调用的。",
    )
    groups = Counter(item.system for item in interfaces.declared())
    for code, number in sorted(groups.items()):
        if code in SYSTEMS:
            graph.add(_own(code))
            graph.add(_gate(code, number))
            graph.edges.append(Edge(f"gate:{code}", code, "提供"))
    for (caller, client, code), count in sorted(_called(today).items()):
        gate = f"gate:{code}" if f"gate:{code}" in graph.nodes else ""
        if not gate:
            continue
        name = f"client:{client}" if client else f"caller:{caller}"
        label = client or Caller(caller).label
        graph.add(Node(name, label, CALLER, reverse("services-interfaces"), "", "调用者"))
        graph.edges.append(Edge(name, gate, "调用", count=count))
    _bus(graph, today)
    _outgoing(graph, today)
    return graph


def _gate(code: str, number: int) -> Node:
    address = f"{reverse('services-interfaces')}?system={code}"
    chapter = SYSTEMS[code].chapter
    return Node(f"gate:{code}", f"{code} 的 {number} 个接口", GATE, address, "", chapter)


def _called(today: date) -> dict[tuple[str, str, str], int]:
    """Calls of the last week by caller, client and system."""
    rows = CallCount.objects.filter(day__gt=today - timedelta(days=seen.WEEK), route__gt="")
    grouped = rows.values_list("caller", "client", "route").annotate(total=Sum("count"))
    owners = {item.route: item.system for item in interfaces.served()}
    found: Counter[tuple[str, str, str]] = Counter()
    for caller, client, route, total in grouped:
        if interfaces.is_interface(route):
            found[caller, client, owners.get(route) or owner_of(route)] += total
    return found


def owner_of(route: str) -> str:
    """The system of an address counted with its step filled in."""
    code = route.removeprefix("api/v1/").removeprefix("w/").split("/")[0]
    return interfaces.owner_of_resource(code) if code in RESOURCES else interfaces.PLATFORM


def _bus(graph: Graph, today: date) -> None:
    real = seen.seen(today)
    counts = dict(BusFlow.objects.filter(handled=False).values_list("name", "count"))
    for code, topics in sorted(real.publishes.items()):
        for stem in sorted({_stem(topic) for topic in topics}):
            number = sum(count for name, count in counts.items() if _stem(name) == stem)
            node = Node(f"topic:{stem}", stem, TOPIC, reverse("services-topics"), "", "业务消息")
            graph.add(node)
            graph.add(_own(code))
            graph.edges.append(Edge(node.id, code, "发布", count=number))
    for package, heard in sorted(manifests.subscriptions().items()):
        node = _node_of_package(package)
        for prefix in sorted(set(heard.values())):
            topics = [key for key in graph.nodes if key.startswith("topic:")]
            for topic in topics:
                if node is not None and _touches(_stem(prefix), topic.removeprefix("topic:")):
                    graph.add(node)
                    graph.edges.append(Edge(node.id, topic, "订阅"))


def _stem(topic: str) -> str:
    """The first three words of an event type: whose it is."""
    return ".".join(topic.removesuffix("*").rstrip(".").split(".")[:3])


def _outgoing(graph: Graph, today: date) -> None:
    read = sources()
    for package, parties in sorted(read.parties.items()):
        node = _node_of_package(package)
        for party in sorted(parties):
            if node is not None and party in PARTIES:
                graph.add(node)
                graph.add(_party(party))
                graph.edges.append(Edge(node.id, f"party:{party}", "外联"))
    for code in PARTIES:
        graph.add(_party(code))


GRAPHS: dict[str, Callable[[Actor, date], Graph]] = {
    "software": software,
    "systems": systems,
    "data": data,
    "calls": calls,
}
TITLES = {
    "software": "应用软件关系图",
    "systems": "系统关联关系图",
    "data": "数据关联应用图",
    "calls": "接口调用逻辑图",
}
