"""Pages that only show: overview, blind spots, trends, rights and consultations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.language.models import Correction, CorrectionState
from gonghui.engines.language.permissions import VIEW_CORRECTIONS
from gonghui.engines.language.queries import models as language_models
from gonghui.engines.language.rules.categories import CATEGORIES
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui import charts
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.ai.models import FeedItem, ItemState
from gonghui.systems.foundation.ai.permissions import VIEW_AI, VIEW_FEEDS
from gonghui.systems.foundation.ai.queries import analysis
from gonghui.systems.foundation.ai.queries.channels import CHANNELS

MACHINE = "类别由机器判断，未经人工逐条核对；正确率见“模型”。"


def overview(request: HttpRequest) -> HttpResponse:
    """What came in, what it was about, what waits."""
    actor: Actor = request.actor
    actor.require(VIEW_AI)
    days = analysis.span_of(request.GET.get("days", ""))
    rows = analysis.records(actor, days)
    totals = analysis.totals(rows)
    labels = analysis.by_label(rows)
    context = {
        "spans": _spans("ai", days),
        "stats": _stats(actor, totals),
        "chart": _bars("来文类别", labels) if labels else None,
        "rows": labels,
        "as_of": timezone.now(),
        "number": language_models.active_number(),
        "machine": MACHINE,
    }
    return render(request, "ai/overview.html", context)


def _stats(actor: Actor, totals: dict[str, int]) -> list[ui.Stat]:
    waiting = Correction.objects.within(actor.scope(VIEW_CORRECTIONS)).filter(
        state=CorrectionState.NEW
    )
    news = FeedItem.objects.within(actor.scope(VIEW_FEEDS)).filter(state=ItemState.NEW)
    return [
        ui.Stat("来文", totals["texts"], "条"),
        ui.Stat("提问由条目答复", totals["answered"], "条", url=reverse("ai-consultations")),
        ui.Stat("转人工", totals["human"], "条", url=reverse("ai-blind-spots")),
        ui.Stat("危机来文", totals["crisis"], "条", url=reverse("ai-crises")),
        ui.Stat("待审核的纠正", waiting.count(), "条", url="/w/language-corrections/?state=new"),
        ui.Stat("未读网络信息", news.count(), "条", url="/w/feed-items/?state=new"),
    ]


def blind_spots(request: HttpRequest) -> HttpResponse:
    """What is asked and not covered, topics that rise, units without a contact."""
    actor: Actor = request.actor
    actor.require(VIEW_AI)
    days = analysis.span_of(request.GET.get("days", ""))
    context = {
        "spans": _spans("ai-blind-spots", days),
        "found": analysis.blind_spots(actor, days),
        "as_of": timezone.now(),
    }
    return render(request, "ai/blind_spots.html", context)


def trends(request: HttpRequest) -> HttpResponse:
    """Nine weeks by category, what rises, and what belongs together."""
    actor: Actor = request.actor
    actor.require(VIEW_AI)
    found = analysis.trends(actor)
    series = sorted(found.series.items(), key=lambda item: (-sum(item[1]), item[0]))[:6]
    chart = None
    if series:
        chart = charts.Chart(
            "每周来文",
            "line",
            [f"{day.month}月{day.day}日起" for day in found.weeks],
            [charts.Series(CATEGORIES.get(label, label), counts) for label, counts in series],
            unit="条",
            first="周",
            help=f"最多的六类。{MACHINE}",
        )
    context = {
        "chart": chart,
        "labels": [(CATEGORIES.get(item.topic, item.topic), item) for item in found.labels],
        "topics": found.topics,
        "events": found.events,
        "latest": found.latest,
        "as_of": timezone.now(),
    }
    return render(request, "ai/trends.html", context)


def rights(request: HttpRequest) -> HttpResponse:
    """维权分析."""
    actor: Actor = request.actor
    actor.require(VIEW_AI)
    days = analysis.span_of(request.GET.get("days", ""))
    found = analysis.rights(actor, days)
    context = {
        **found,
        "title": "维权分析",
        "lead": "劳动报酬、工伤、社会保险、合同、工时、女职工、安全、解除和法律援助",
        "spans": _spans("ai-rights", days),
        "stats": [
            ui.Stat("维权来文", found["totals"]["texts"], "条"),
            ui.Stat("收到办件", found["cases"]["received"], "件"),
            ui.Stat("已答复", found["cases"]["answered"], "件"),
            ui.Stat("超期", found["cases"]["late"], "件"),
            ui.Stat("集体事项", found["cases"]["collective"], "件"),
        ],
        "charts": [
            item
            for item in (
                _bars("维权来文类别", found["labels"]),
                _months("每月维权来文", found["months"]),
                _named("提到的地点", "地点", found["places"]),
            )
            if item
        ],
        "machine": MACHINE,
        "as_of": timezone.now(),
    }
    return render(request, "ai/analysis.html", context)


def consultations(request: HttpRequest) -> HttpResponse:
    """咨询分析."""
    actor: Actor = request.actor
    actor.require(VIEW_AI)
    days = analysis.span_of(request.GET.get("days", ""))
    found = analysis.consultations(actor, days)
    totals = found["totals"]
    context = {
        **found,
        "title": "咨询分析",
        "lead": "职工问了什么，条目答了多少，什么时候问",
        "spans": _spans("ai-consultations", days),
        "stats": [
            ui.Stat("提问", totals["texts"], "条"),
            ui.Stat("条目答复", totals["answered"], "条"),
            ui.Stat("转人工", totals["human"], "条", url=reverse("ai-blind-spots")),
            ui.Stat("危机转人工", totals["crisis"], "条", url=reverse("ai-crises")),
            ui.Stat("含诱导指令", totals["injected"], "条"),
        ],
        "charts": [
            item
            for item in (
                _bars("提问类别", found["labels"]),
                _months("每月提问", found["months"]),
                _named(
                    "一天里什么时候问",
                    "钟点",
                    [(f"{hour} 点", many) for hour, many in enumerate(found["hours"])],
                    "bar",
                ),
                _named(
                    "渠道",
                    "渠道",
                    [(CHANNELS.get(code, code), many) for code, many in found["channels"].items()],
                ),
            )
            if item
        ],
        "machine": MACHINE,
        "as_of": timezone.now(),
    }
    return render(request, "ai/analysis.html", context)


def _spans(name: str, days: int) -> list[ui.Tab]:
    here = reverse(name)
    return [
        ui.Tab(words, f"{here}?days={code}", code == str(days))
        for code, words in analysis.SPANS.items()
    ]


def _bars(title: str, labels: list[Any]) -> charts.Chart | None:
    if not labels:
        return None
    return charts.Chart(
        title,
        "hbar",
        [item.title for item in labels],
        [charts.Series("来文", [item.texts for item in labels])],
        unit="条",
        first="类别",
        help=MACHINE,
    )


def _months(title: str, months: list[tuple[str, int]]) -> charts.Chart | None:
    return _named(title, "月份", months, "line") if len(months) > 1 else None


def _named(
    title: str, first: str, pairs: list[tuple[str, int]], kind: str = "hbar"
) -> charts.Chart | None:
    if not any(many for _, many in pairs):
        return None
    return charts.Chart(
        title,
        kind,
        [name for name, _ in pairs],
        [charts.Series("条数", [many for _, many in pairs])],
        unit="条",
        first=first,
    )
