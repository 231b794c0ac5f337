"""Judged texts for charts and reports, and for the big-data platform (D03/4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from gonghui.engines.language.models import Outcome, Record, Source
from gonghui.engines.language.permissions import VIEW_RECORDS
from gonghui.engines.language.rules.categories import CATEGORIES, RIGHTS
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui.datasets import Dataset, Dimension, Figure


def texts(actor: Actor) -> Iterator[dict[str, Any]]:
    """Texts by month, category, source and place, of the reader's own scope."""
    rows = Record.objects.within(actor.scope(VIEW_RECORDS)).exclude(source=Source.CONSOLE)
    found = (
        rows.annotate(month=TruncMonth("at"))
        .values("month", "label", "source", "city")
        .annotate(
            texts=Count("id"),
            human=Count("id", filter=Q(outcome=Outcome.HUMAN)),
            crisis=Count("id", filter=~Q(crisis="")),
            sure=Count("id", filter=Q(sure=True)),
        )
        .order_by("month", "label", "source", "city")
    )
    for row in found.iterator():
        yield {
            "month": f"{timezone.localtime(row['month']):%Y-%m}",
            "label": CATEGORIES.get(row["label"], row["label"]),
            "group": "维权" if row["label"] in RIGHTS else "服务和咨询",
            "source": str(Source(row["source"]).label),
            "place": row["city"] or "未提到",
            "texts": row["texts"],
            "human": row["human"],
            "crisis": row["crisis"],
            "sure": row["sure"],
        }


TEXTS = Dataset(
    "texts",
    "职工来文分析",
    "每条来件、提问一次，按机器分类计数，未经人工逐条核对；类别的正确率见模型说明。",
    VIEW_RECORDS,
    (
        Dimension("month", "月份", time=True),
        Dimension("label", "类别"),
        Dimension("group", "维权或服务"),
        Dimension("source", "来源"),
        Dimension("place", "提到的地点"),
    ),
    (
        Figure("texts", "文本", "条"),
        Figure("human", "转人工", "条"),
        Figure("crisis", "危机", "条"),
        Figure("sure", "有把握", "条"),
        Figure("sure_share", "有把握占比", "%", places=1, part="sure", whole="texts"),
    ),
    texts,
)
