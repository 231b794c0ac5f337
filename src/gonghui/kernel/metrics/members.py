"""Member counts kept for every node of the tree, fresh within seconds of a write.

Statement triggers on people_membership write what changed, per union, into metrics_memberdelta.
A loop in the worker folds these into the row of the union and of each of its superiors. One
folder runs at a time (advisory lock); a delta is deleted in the transaction that folds it, so
nothing is lost or counted twice when the worker is killed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from json import loads

from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.jobs.loops import loop
from gonghui.kernel.metrics.models import MemberCount
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range
from gonghui.kernel.people.models import IN_RANKS

FOLDING = "the roll-up is of the whole tree; who may read a row is checked where it is shown"
LOCK = "SELECT pg_advisory_xact_lock(hashtext('gonghui.metrics.members'))"
BATCH = 20_000
DIMENSIONS = ("status", "sex", "industry")


@dataclass
class Change:
    """Additions to one node's counts."""

    status: Counter = field(default_factory=Counter)
    sex: Counter = field(default_factory=Counter)
    industry: Counter = field(default_factory=Counter)

    def add(self, status: str, sex: str, industry: str, n: int) -> None:
        self.status[status] += n
        if status in IN_RANKS:
            self.sex[sex] += n
            self.industry[industry] += n

    def add_counts(self, counts: MemberCount, sign: int) -> None:
        for name in DIMENSIONS:
            mine = getattr(self, name)
            for key, n in getattr(counts, name).items():
                mine[key] += sign * n


def counts_of(union_id: int) -> MemberCount | None:
    """The kept counts of a union's subtree: one row by primary key."""
    # One row by its key, many times a page: building a queryset would cost more than the read.
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [union_id])
        row = cursor.fetchone()
    if row is None:
        return None
    status, sex, industry = (loads(text) for text in row[2:5])
    return MemberCount(row[0], row[1], status, sex, industry, row[5])


@loop("metrics.members", seconds=1.0)
def fold() -> bool:
    """Add pending changes to the counts; True when more are waiting."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(
            "WITH gone AS (DELETE FROM metrics_memberdelta WHERE id IN (SELECT id FROM"
            " metrics_memberdelta ORDER BY id LIMIT %s) RETURNING *)"
            " SELECT union_id, status, sex, industry, sum(n)::int, count(*) FROM gone"
            " GROUP BY 1, 2, 3, 4",
            [BATCH],
        )
        rows = cursor.fetchall()
        if rows:
            _apply(_by_node(rows), timezone.now())
    return sum(row[5] for row in rows) >= BATCH


def _by_node(rows: list[tuple]) -> dict[int, Change]:
    paths = _paths({row[0] for row in rows})
    nodes: dict[int, Change] = defaultdict(Change)
    for union_id, status, sex, industry, n, _ in rows:
        for part in paths[union_id].rstrip(".").split("."):
            nodes[int(part)].add(status, sex, industry, n)
    return nodes


def _paths(union_ids: set[int]) -> dict[int, str]:
    """Where each union counts: the place its kept row says, or for a new one its own path."""
    rows = Union.objects.unscoped(FOLDING).filter(pk__in=union_ids)
    found = dict(rows.values_list("pk", "path"))
    found.update(MemberCount.objects.filter(pk__in=union_ids).values_list("pk", "path"))
    return found


def _apply(nodes: dict[int, Change], now: datetime) -> None:
    kept = MemberCount.objects.select_for_update().in_bulk(sorted(nodes))
    missing = set(nodes) - set(kept)
    paths = dict(Union.objects.unscoped(FOLDING).filter(pk__in=missing).values_list("pk", "path"))
    for union_id in missing:
        kept[union_id] = MemberCount(pk=union_id, path=paths[union_id])
    for union_id, change in nodes.items():
        row = kept[union_id]
        row.as_of = now
        for name in DIMENSIONS:
            total = Counter(getattr(row, name))
            total.update(getattr(change, name))
            setattr(row, name, {key: n for key, n in total.items() if n})
    MemberCount.objects.bulk_create(
        kept.values(),
        update_conflicts=True,
        unique_fields=["union"],
        update_fields=[*DIMENSIONS, "as_of"],
    )


@subscriber("cn.gonghui.org.moved", name="metrics.members.moved")
def on_moved(event: Outbox) -> None:
    follow_moves()


def follow_moves() -> None:
    """Take the figures of moved unions out of their former superiors and into the present ones."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(
            "SELECT c.union_id FROM metrics_membercount c JOIN org_union u ON u.id = c.union_id"
            " WHERE c.path <> u.path ORDER BY length(u.path)"
        )
        for (union_id,) in cursor.fetchall():
            _follow(union_id)


def _follow(union_id: int) -> None:
    row = MemberCount.objects.get(pk=union_id)
    path = Union.objects.unscoped(FOLDING).values_list("path", flat=True).get(pk=union_id)
    if row.path == path:
        return
    former = [int(part) for part in row.path.rstrip(".").split(".")[:-1]]
    present = [int(part) for part in path.rstrip(".").split(".")[:-1]]
    nodes: dict[int, Change] = defaultdict(Change)
    for sign, superiors in ((-1, former), (1, present)):
        for superior in superiors:
            nodes[superior].add_counts(row, sign)
    _apply(nodes, timezone.now())
    span = Range.below(row.path)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE metrics_membercount SET path = %s || substr(path, %s)"
            " WHERE path >= %s AND path < %s",
            [path, len(row.path) + 1, span.lo, span.hi],
        )


def recount() -> int:
    """Count everything anew, for a restored or seeded database; returns how many nodes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute("LOCK TABLE people_membership IN SHARE MODE")
        cursor.execute("DELETE FROM metrics_memberdelta")
        cursor.execute("DELETE FROM metrics_membercount")
        cursor.execute(_RECOUNT, {"in_ranks": list(IN_RANKS)})
        return cursor.rowcount


def differences() -> list[int]:
    """Unions whose kept counts differ from a fresh count, pending changes included."""
    while fold():
        pass
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"WITH fresh AS ({_FRESH}) SELECT coalesce(f.union_id, c.union_id) FROM fresh f"
            " FULL JOIN metrics_membercount c ON c.union_id = f.union_id"
            " WHERE coalesce(f.status, '{}') <> coalesce(c.status, '{}')"
            " OR coalesce(f.sex, '{}') <> coalesce(c.sex, '{}')"
            " OR coalesce(f.industry, '{}') <> coalesce(c.industry, '{}') ORDER BY 1",
            {"in_ranks": list(IN_RANKS)},
        )
        return [row[0] for row in cursor.fetchall()]


_ONE = (
    "SELECT union_id, path, status, sex, industry, as_of FROM metrics_membercount"
    " WHERE union_id = %s"
)
_FRESH = """
    WITH own AS (
        SELECT union_id, status, sex, industry, count(*) AS n,
               status = ANY(%(in_ranks)s) AS counts
        FROM people_membership GROUP BY 1, 2, 3, 4
    ), up AS (
        SELECT part::bigint AS node, o.status, o.sex, o.industry, o.counts, sum(o.n) AS n
        FROM own o JOIN org_union u ON u.id = o.union_id,
             LATERAL unnest(string_to_array(rtrim(u.path, '.'), '.')) AS part
        GROUP BY 1, 2, 3, 4, 5
    ), flat AS (
        SELECT node, 'status' AS kind, status AS key, sum(n)::bigint AS n FROM up GROUP BY 1, 3
        UNION ALL
        SELECT node, 'sex', sex, sum(n)::bigint FROM up WHERE counts GROUP BY 1, 3
        UNION ALL
        SELECT node, 'industry', industry, sum(n)::bigint FROM up WHERE counts GROUP BY 1, 3
    )
    SELECT node AS union_id,
        coalesce(jsonb_object_agg(key, n) FILTER (WHERE kind = 'status'), '{}') AS status,
        coalesce(jsonb_object_agg(key, n) FILTER (WHERE kind = 'sex'), '{}') AS sex,
        coalesce(jsonb_object_agg(key, n) FILTER (WHERE kind = 'industry'), '{}') AS industry
    FROM flat GROUP BY node
"""
_RECOUNT = f"""
    INSERT INTO metrics_membercount (union_id, path, status, sex, industry, as_of)
    SELECT f.union_id, u.path, f.status, f.sex, f.industry, now()
    FROM ({_FRESH}) f JOIN org_union u ON u.id = f.union_id
"""
