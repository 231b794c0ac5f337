"""Figures of professional union workers (社会化工会工作者统计) by county."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.ui import components as ui
from gonghui.kernel.ui import reports
from gonghui.systems.mobilization.membership.permissions import VIEW_ORGANISERS
from gonghui.systems.mobilization.membership.queries.organisers import Line, by_county


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Workers by county of the actor's own places; one's own record alone gives no figures."""
    actor: Actor = request.actor
    paths = actor.paths(VIEW_ORGANISERS)
    if not paths:
        actor.require(VIEW_ORGANISERS, "?")
    today = timezone.localdate()
    scope = Scope.of(paths)
    lines = by_county(scope, today)
    # A street sees its own workers under a county whose list it may not open.
    own = (
        Union.objects.within(scope)
        .filter(pk__in=[line.pk for line in lines])
        .values_list("pk", flat=True)
    )
    total = sum(line.on_duty for line in lines)
    context = {
        "sheet": reports.build(_report(today.year), _rows(lines, set(own))) if lines else None,
        "as_of": timezone.now(),
        "stats": [
            ui.Stat("在岗", total, "人"),
            ui.Stat("持证", sum(line.certified for line in lines), "人"),
            ui.Stat("合同60日内到期", sum(line.ending for line in lines), "人"),
            ui.Stat("本年离岗", sum(line.left for line in lines), "人"),
        ],
    }
    return render(request, "membership/organisers/statistics.html", context)


def _report(year: int) -> reports.Report:
    return reports.Report(
        "社会化工会工作者按县（市、区）统计",
        (reports.Group("name", "县（市、区）", link=lambda row: row["url"]),),
        (
            reports.Heading(
                "在岗（人）",
                (
                    reports.Measure("on_duty", "合计"),
                    reports.Measure("women", "其中女"),
                    reports.Measure("certified", "持证"),
                    reports.Ratio("certified", "on_duty", "持证率"),
                    reports.Measure("ending", "合同60日内到期"),
                ),
            ),
            reports.Measure("left", "本年离岗"),
            reports.Ratio("hours", "on_duty", f"{year}年人均学时", percent=False),
            reports.Measure("served", "服务工会（家）"),
        ),
        # A union may be served from two counties, so the lines do not add up.
        total="",
    )


def _rows(lines: list[Line], linked: set[int]) -> list[dict[str, Any]]:
    address = reverse("resource:organisers:list")
    return [
        {**vars(line), "url": f"{address}?under={line.pk}" if line.pk in linked else ""}
        for line in lines
    ]
