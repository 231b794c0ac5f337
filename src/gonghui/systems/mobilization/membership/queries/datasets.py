"""Figures of unions, members and applications for charts and reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.metrics.models import MemberCount
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.ui.datasets import Dataset, Dimension, Figure
from gonghui.systems.mobilization.membership.models.joining import JoinApplication, JoinState
from gonghui.systems.mobilization.membership.permissions import VIEW_JOINS, VIEW_UNIONS

UPPER = (UnionKind.PROVINCE, UnionKind.CITY, UnionKind.COUNTY)
NAMES = "a unit above the actor's place is only named, as on every page of it"
COUNTED = ("active", "retained")


def members(actor: Actor) -> Iterator[dict[str, Any]]:
    """Members of each unit, those of its shown subordinates left out, so that rows add up."""
    scope = actor.scope(VIEW_UNIONS)
    tops = [item.union_id for item in scope.ranges]
    rows = Union.objects.within(scope).filter(status=UnionStatus.ACTIVE)
    shown = list(
        rows.filter(Q(kind__in=UPPER) | Q(pk__in=tops) | Q(parent_id__in=tops)).order_by(
            "kind", "region", "pk"
        )
    )
    kept = MemberCount.objects.in_bulk([union.pk for union in shown])
    own = {union.pk: _figures(kept.get(union.pk)) for union in shown}
    parents: set[int] = set()
    for union in shown:
        if union.parent_id in own:
            parents.add(union.parent_id)
            below = _figures(kept.get(union.pk))
            own[union.parent_id] = {
                name: value - below[name] for name, value in own[union.parent_id].items()
            }
    cities = _cities(shown)
    for union in shown:
        if any(own[union.pk].values()):
            name = f"{union.name}（本级）" if union.pk in parents else union.name
            city = cities.get(union.city_id or union.pk, union.name)
            yield {"city": city, "unit": name, **own[union.pk]}


def _figures(count: MemberCount | None) -> dict[str, int]:
    if count is None:
        return dict.fromkeys(("members", "women", "men", "active", "retained"), 0)
    return {
        "members": count.in_ranks,
        "women": count.sex.get("2", 0),
        "men": count.sex.get("1", 0),
        **{status: count.status.get(status, 0) for status in COUNTED},
    }


def _cities(shown: list[Union]) -> dict[int, str]:
    ids = {union.city_id for union in shown if union.city_id}
    return dict(Union.objects.unscoped(NAMES).filter(pk__in=ids).values_list("pk", "name"))


def joins(actor: Actor) -> Iterator[dict[str, Any]]:
    """Applications by month, state and unit."""
    rows = JoinApplication.objects.within(actor.scope(VIEW_JOINS)).order_by()
    counted = (
        rows.annotate(month=TruncMonth("submitted_on"))
        .values("month", "state", "county_id", "city_id")
        .annotate(
            count=Count("pk"),
            women=Count("pk", filter=Q(sex="2")),
            decided=Count("pk", filter=~Q(decided_at=None)),
        )
        .order_by("month", "city_id", "county_id", "state")
    )
    found = list(counted)
    ids = {row[name] for row in found for name in ("city_id", "county_id")} - {None}
    names = dict(Union.objects.unscoped(NAMES).filter(pk__in=ids).values_list("pk", "name"))
    labels = dict(JoinState.choices)
    for row in found:
        city = names.get(row["city_id"], "省本级")
        yield {
            "month": f"{row['month']:%Y-%m}",
            "state": str(labels.get(row["state"], row["state"])),
            "city": city,
            "unit": names.get(row["county_id"], f"{city}（本级）"),
            "count": row["count"],
            "women": row["women"],
            "decided": row["decided"],
        }


MEMBERS = Dataset(
    "members",
    "会员数",
    "在籍和保留会籍的会员，按单位；每个单位只计不属于所列下级的会员，各行相加就是总数。",
    VIEW_UNIONS,
    (Dimension("city", "市"), Dimension("unit", "单位")),
    (
        Figure("members", "会员", "人"),
        Figure("women", "女会员", "人"),
        Figure("men", "男会员", "人"),
        Figure("active", "在籍", "人"),
        Figure("retained", "保留会籍", "人"),
        Figure("women_share", "女会员占比", "%", places=1, part="women", whole="members"),
    ),
    members,
)
JOINS = Dataset(
    "joins",
    "入会申请",
    "入会申请按申请月份、状态和受理单位计数。",
    VIEW_JOINS,
    (
        Dimension("month", "月份", time=True),
        Dimension("state", "状态"),
        Dimension("city", "市"),
        Dimension("unit", "单位"),
    ),
    (
        Figure("count", "申请", "件"),
        Figure("women", "女职工申请", "件"),
        Figure("decided_share", "办结率", "%", places=1, part="decided", whole="count"),
    ),
    joins,
)
