"""Figures of wishes for charts and reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from gonghui.activities.census.models import Category, Wish, WishState
from gonghui.activities.census.permissions import VIEW_WISHES
from gonghui.activities.census.rules import wishes as rules
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui.datasets import Dataset, Dimension, Figure


def wishes(actor: Actor) -> Iterator[dict[str, Any]]:
    """Wishes by month, category, state and union; merged ones count with what they went into."""
    rows = Wish.objects.within(actor.scope(VIEW_WISHES)).exclude(state=rules.MERGED)
    counted = (
        rows.order_by()
        .annotate(month=TruncMonth("created_at"))
        .values("month", "category", "state", "union__name")
        .annotate(
            count=Count("pk"),
            votes=Sum("votes"),
            done=Count("pk", filter=Q(state=rules.DONE)),
        )
        .order_by("month", "category", "union__name", "state")
    )
    categories, states = dict(Category.choices), dict(WishState.choices)
    for row in counted:
        yield {
            "month": f"{row['month']:%Y-%m}",
            "category": str(categories.get(row["category"], row["category"])),
            "state": str(states.get(row["state"], row["state"])),
            "unit": row["union__name"],
            "count": row["count"],
            "votes": row["votes"],
            "done": row["done"],
        }


WISHES = Dataset(
    "wishes",
    "职工心愿",
    "职工心愿按提出月份、类别、状态和工会计数，不含已合并的。",
    VIEW_WISHES,
    (
        Dimension("month", "月份", time=True),
        Dimension("category", "类别"),
        Dimension("state", "状态"),
        Dimension("unit", "工会"),
    ),
    (
        Figure("count", "心愿", "条"),
        Figure("votes", "支持人次", "人次"),
        Figure("done", "已实现", "条"),
        Figure("done_share", "实现率", "%", places=1, part="done", whole="count"),
    ),
    wishes,
)
