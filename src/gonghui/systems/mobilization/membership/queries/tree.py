"""The tree of unions and its members as of any day (截至某日).

A membership counts on a day where it was kept that day: the present row from `since` on, the rows
of MembershipPast before. Paths in those rows follow later moves, so a day's place is read from
the version of the union in force that day. Members of a union that had been merged by then, but
whose rows a job has still to carry over, count at the union that took it in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from gonghui.kernel.metrics.models import MemberCount
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.history import on_day, scope_as_of, tree_as_of
from gonghui.kernel.org.models import OrgEvent, Union, UnionKind, UnionStatus, UnionVersion
from gonghui.kernel.org.scoping import Range, Scope, wall_at
from gonghui.kernel.people.models import IN_RANKS, Membership

CHECKED = "what belongs to a union whose place the caller has checked"
BELOW_SCOPE = "unions below one inside the actor's scope"
FOUND_MOST = 50


def events_of(union: Union) -> list[OrgEvent]:
    """The changes a union went through or had a part in, the latest first."""
    own = OrgEvent.objects.unscoped(CHECKED).filter(union=union)
    others = OrgEvent.objects.unscoped(CHECKED).filter(other=union)
    rows = (own | others).select_related("union", "other").order_by("-on", "-pk")
    return list(rows[:100])


@dataclass
class Node:
    """One union in the tree, as of a day. below: active unions right below it; above: names of
    its superiors, where a page shows it out of its place."""

    pk: int
    name: str
    kind: str
    path: str
    members: int = 0
    below: int = 0
    above: str = ""

    @property
    def kind_title(self) -> str:
        return str(UnionKind(self.kind).label)

    @property
    def depth(self) -> int:
        return self.path.count(".")


def roots(scope: Scope, day: date | None) -> list[Node]:
    """The tops of what a scope holds, as of a day (None: now)."""
    tops = (scope if day is None else scope_as_of(scope, day)).ranges
    if day is None:
        rows = Union.objects.within(scope).filter(status=UnionStatus.ACTIVE)
        if tops and tops[0].lo:
            rows = rows.filter(pk__in=[item.union_id for item in tops])
        else:
            rows = rows.filter(parent=None)
        return with_figures([Node(*row) for row in _values(rows)], None)
    versions = tree_as_of(day, scope)
    if tops and tops[0].lo:
        versions = versions.filter(path__in=[item.lo for item in tops])
    else:
        versions = versions.filter(parent_id=None)
    return with_figures([Node(*row) for row in _version_values(versions)], day)


def children(path: str, day: date | None) -> list[Node]:
    """The active unions right below the one at `path` that day, with members and unions below.

    The caller has checked that the path of that day lies in the actor's scope.
    """
    parent_id = int(path.rstrip(".").rsplit(".", 1)[-1])
    if day is None:
        rows = Union.objects.unscoped(BELOW_SCOPE)
        rows = rows.filter(parent_id=parent_id, status=UnionStatus.ACTIVE).order_by("kind", "name")
        return with_figures([Node(*row) for row in _values(rows)], None)
    versions = UnionVersion.objects.unscoped(BELOW_SCOPE)
    versions = versions.filter(on_day(day), parent_id=parent_id, status=UnionStatus.ACTIVE)
    found = [Node(*row) for row in _version_values(versions.order_by("kind", "name"))]
    return with_figures(found, day)


def node_at(union_id: int, day: date | None) -> Node | None:
    """One union as of a day without figures, if it was active; the caller checks its path."""
    if day is None:
        rows = Union.objects.unscoped(CHECKED).filter(pk=union_id, status=UnionStatus.ACTIVE)
        found = [Node(*row) for row in _values(rows)]
    else:
        versions = UnionVersion.objects.unscoped(CHECKED).filter(
            on_day(day), union_id=union_id, status=UnionStatus.ACTIVE
        )
        found = [Node(*row) for row in _version_values(versions)]
    return found[0] if found else None


def found_by_name(scope: Scope, text: str, day: date | None) -> list[Node]:
    """Unions of a scope whose name of that day holds the text, in tree order; at most 50."""
    if day is None:
        rows = Union.objects.within(scope).filter(status=UnionStatus.ACTIVE, name__contains=text)
        nodes = [Node(*row) for row in _values(rows.order_by("path")[:FOUND_MOST])]
    else:
        versions = tree_as_of(day, scope).filter(name__contains=text)
        nodes = [Node(*row) for row in _version_values(versions[:FOUND_MOST])]
    return with_figures(nodes, day)


def name_superiors(nodes: Iterable[Node], day: date | None) -> None:
    """Write the names of its superiors of that day on each node. One query."""
    lines = [(node, [int(part) for part in node.path.split(".")[:-2]]) for node in nodes]
    names = _names({pk for _, line in lines for pk in line}, day)
    for node, line in lines:
        node.above = " › ".join(names.get(pk, "") for pk in line)


def _names(ids: set[int], day: date | None) -> dict[int, str]:
    if day is None:
        rows = Union.objects.unscoped("names of superiors stand above the tree shown")
        return dict(rows.filter(pk__in=ids).values_list("pk", "name"))
    versions = UnionVersion.objects.unscoped("names of superiors stand above the tree shown")
    return dict(versions.filter(on_day(day), union_id__in=ids).values_list("union_id", "name"))


def _values(rows: Any) -> Iterable[tuple]:
    return rows.values_list("pk", "name", "kind", "path")


def _version_values(versions: Any) -> Iterable[tuple]:
    return versions.values_list("union_id", "name", "kind", "path")


def with_figures(nodes: list[Node], day: date | None) -> list[Node]:
    """Put the figures on one level of the tree: two queries, whatever its length."""
    ids = [node.pk for node in nodes]
    if day is None:
        members = {
            row.pk: row.in_ranks for row in MemberCount.objects.filter(pk__in=ids).only("status")
        }
        below = _below_now(ids)
    else:
        members = _members_below(nodes, day)
        below = _below_then(ids, day)
    for node in nodes:
        node.members = members.get(node.pk, 0)
        node.below = below.get(node.pk, 0)
    return nodes


def _below_now(ids: Sequence[int]) -> Counter:
    rows = Union.objects.unscoped(BELOW_SCOPE)
    return Counter(
        rows.filter(parent_id__in=ids, status=UnionStatus.ACTIVE).values_list(
            "parent_id", flat=True
        )
    )


def _below_then(ids: Sequence[int], day: date) -> Counter:
    versions = UnionVersion.objects.unscoped(BELOW_SCOPE)
    return Counter(
        versions.filter(on_day(day), parent_id__in=ids, status=UnionStatus.ACTIVE).values_list(
            "parent_id", flat=True
        )
    )


def _members_below(nodes: Sequence[Node], day: date) -> Counter:
    """Members in the ranks that day below each of these unions, none of them inside another."""
    if not nodes:
        return Counter()
    found: Counter = Counter()
    depths = defaultdict(list)
    for node in nodes:
        depths[node.depth].append(node)
    for depth, level in depths.items():
        for unit, _, _, n in _counted([node.path for node in level], depth, day):
            found[unit] += n
    return found


# heir: every active union of the scope and where it stood that day, and the unions merged into it
# by then, whose rows may not have followed yet. Rows are found at any path the union ever had,
# because a job carries paths over after a move; each row has one path, so none is found twice.
_COUNTED = """
WITH RECURSIVE heir AS (
    SELECT v.union_id, nullif(split_part(v.path, '.', %(depth)s), '')::bigint AS unit
    FROM org_unionversion v JOIN unnest(%(lo)s::text[], %(hi)s::text[]) AS r(lo, hi)
        ON v.path >= r.lo COLLATE "C" AND v.path < r.hi COLLATE "C"
    WHERE v.status = 'active' AND v.valid_from <= %(day)s
        AND (v.valid_to IS NULL OR v.valid_to > %(day)s)
    UNION
    SELECT u.id, heir.unit FROM heir JOIN org_union u ON u.successor_id = heir.union_id
    WHERE u.ended_on <= %(day)s
), place AS (
    SELECT DISTINCT heir.union_id, heir.unit, v.path
    FROM heir JOIN org_unionversion v ON v.union_id = heir.union_id
), kept AS (
    SELECT place.unit, m.sex, m.status FROM place
    JOIN people_membership m ON m.org_path = place.path AND m.union_id = place.union_id
    WHERE m.since <= %(day)s AND m.status = ANY(%(ranks)s)
    UNION ALL
    SELECT heir.unit, p.sex, p.status FROM heir
    JOIN people_membershippast p ON p.union_id = heir.union_id
    WHERE p.valid_from <= %(day)s AND p.valid_to > %(day)s AND p.status = ANY(%(ranks)s)
)
SELECT unit, sex, status, count(*) FROM kept GROUP BY 1, 2, 3
"""


def _counted(paths: Sequence[str], depth: int, day: date) -> list[tuple[int, str, str, int]]:
    """(unit, sex, status, members) that day below these paths; unit: the id at a depth."""
    spans = [Range.below(path) for path in paths]
    # A past day belongs to whoever was superior that day, wherever the members are kept now;
    # only their numbers leave the block.
    with wall_at(Scope.everything()), connection.cursor() as cursor:
        cursor.execute(
            _COUNTED,
            {
                "depth": depth,
                "lo": [span.lo for span in spans],
                "hi": [span.hi for span in spans],
                "day": day,
                "ranks": [str(status) for status in IN_RANKS],
            },
        )
        return cursor.fetchall()


@dataclass
class Line:
    """One unit of the report: unions by kind, members by sex and by status."""

    pk: int
    name: str
    kind: str = ""
    kinds: Counter = field(default_factory=Counter)
    sex: Counter = field(default_factory=Counter)
    status: Counter = field(default_factory=Counter)

    @property
    def unions(self) -> int:
        return self.kinds.total()

    @property
    def members(self) -> int:
        return self.status.total()

    def add(self, other: Line) -> None:
        self.kinds.update(other.kinds)
        self.sex.update(other.sex)
        self.status.update(other.status)


@dataclass
class Report:
    """组织与会员统计: the union's own line, one for each union right below it, and the total."""

    node: Node
    day: date
    lines: list[Line]
    total: Line


def report(node: Node, day: date) -> Report:
    """Unions and members below a union as of a day, by its next level.

    The caller has checked that the node's path of that day lies in the actor's scope.
    """
    own = Line(node.pk, f"{node.name}（本级）", node.kind)
    lines = {node.pk: own}
    depth = node.depth + 1
    span = Range.below(node.path)
    versions = UnionVersion.objects.unscoped(BELOW_SCOPE).filter(
        on_day(day), status=UnionStatus.ACTIVE, path__gte=span.lo, path__lt=span.hi
    )
    names: dict[int, tuple[str, str]] = {}
    for union_id, path, kind, name in versions.values_list("union_id", "path", "kind", "name"):
        parts = path.split(".", depth)
        unit = int(parts[depth - 1]) if len(parts) > depth else node.pk
        if unit == union_id:
            names[unit] = (name, kind)
        lines.setdefault(unit, Line(unit, "")).kinds[kind] += 1
    for pk, (name, kind) in names.items():
        if pk != node.pk:
            lines[pk].name, lines[pk].kind = name, kind
    for unit, sex, status, n in _counted_by_next_level(node, depth, day):
        line = lines.get(unit, own)
        line.sex[sex] += n
        line.status[status] += n
    total = Line(node.pk, "合计")
    for line in lines.values():
        total.add(line)
    below = sorted(
        (line for line in lines.values() if line.pk != node.pk),
        key=lambda line: (line.kind, line.name),
    )
    return Report(node, day, [own, *below], total)


def _counted_by_next_level(node: Node, depth: int, day: date) -> Iterable[tuple]:
    """As _counted; the union itself has no id at the next level, its members get its own."""
    return [
        (unit or node.pk, sex, status, n)
        for unit, sex, status, n in _counted([node.path], depth, day)
    ]


@dataclass(frozen=True)
class Reach:
    """What a change of the tree touches: unions and members below, and what is still open."""

    unions: int
    members: int
    open_todos: int


def reach(union: Union) -> Reach:
    """What lies at and below a union now."""
    span = Range.below(union.path)
    unions = Union.objects.unscoped(BELOW_SCOPE).filter(
        path__gte=span.lo, path__lt=span.hi, status=UnionStatus.ACTIVE
    )
    todos = Todo.objects.filter(org_path__gte=span.lo, org_path__lt=span.hi, done_at=None)
    return Reach(unions.count() - 1, members_in(union), todos.count())


def members_in(union: Union) -> int:
    """Members in the ranks at and below a union, counted now and not read from the roll-up."""
    with wall_at(Scope.everything()):
        rows = Membership.objects.unscoped("how many members a change of the tree touches")
        span = Range.below(union.path)
        return rows.filter(org_path__gte=span.lo, org_path__lt=span.hi, status__in=IN_RANKS).count()
