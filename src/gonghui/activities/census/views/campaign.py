"""The census console (普查看板): progress, ranking, who is behind, trend, report."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from gonghui.activities.census.models import CensusDay, Measure, Quota, Standing
from gonghui.activities.census.permissions import (
    EXPORT_QUOTAS,
    EXTEND,
    SPLIT_QUOTA,
    URGE,
    VIEW_CENSUS,
)
from gonghui.activities.census.queries import campaign as queries
from gonghui.activities.census.rules import campaign as rules
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui import charts, reports
from gonghui.kernel.ui import components as ui

TONES = {
    rules.NONE: "idle",
    rules.AHEAD: "info",
    rules.MET: "good",
    rules.BEHIND: "wait",
    rules.OVERDUE: "stop",
}
LEVELS = {1: "直接下级", 2: "下两级", 3: "下三级", 4: "下四级"}


def boards(request: HttpRequest) -> HttpResponse:
    """Campaigns the actor has a part in; straight on when there is just one."""
    actor: Actor = request.actor
    actor.require(VIEW_CENSUS)
    found = queries.boards(actor, VIEW_CENSUS)
    if len(found) == 1:
        return redirect(_console(found[0]))
    today = timezone.localdate()
    rows = []
    for quota in found:
        line = queries.lines(quota.campaign, [quota], today)[0]
        rows.append(
            ui.Row(
                str(quota.pk),
                [
                    quota.campaign.title,
                    quota.union.name,
                    f"{quota.amount:,}",
                    f"{line.done:,}",
                    _share(line.percent),
                    ui.pill(Standing(line.standing).label, TONES[line.standing]),
                    quota.deadline,
                ],
                _console(quota),
            )
        )
    columns = [
        ui.Column("普查活动", "title"),
        ui.Column("单位"),
        ui.Column("任务数", "number"),
        ui.Column("完成数", "number"),
        ui.Column("完成率", "number"),
        ui.Column("进度", "state"),
        ui.Column("期限", "code"),
    ]
    context = {"table": ui.Table("普查活动", columns, rows), "count": len(rows)}
    return render(request, "census/boards.html", context)


def console(request: HttpRequest, campaign_id: int, union_id: int) -> HttpResponse:
    """One unit: its own figures, its subordinates ranked, who is behind, the trend."""
    actor: Actor = request.actor
    quota = queries.quota_for(actor, VIEW_CENSUS, campaign_id, union_id)
    campaign, today = quota.campaign, timezone.localdate()
    levels = queries.levels_below(quota)
    level = _level(request.GET.get("level", ""), levels)
    own = queries.lines(campaign, [quota], today)[0]
    lines = queries.lines(campaign, queries.below(quota, level), today)
    days = list(queries.trend(quota))
    late = [line for line in lines if line.late]
    split = queries.split_of(quota)
    as_of = _as_of(quota)
    primary, more = _actions(actor, quota, any(line.late for line in lines), split)
    context = {
        "quota": quota,
        "campaign": campaign,
        "state": campaign.get_state_display(),
        "back": _back(actor, quota),
        "primary": primary,
        "more": more,
        "as_of": as_of,
        "stats": _stats(own, len(late), len(lines)),
        "formula": rules.FORMULAS[campaign.measure],
        "in_ranks": rules.IN_RANKS,
        "plan": rules.PLAN,
        "lag": queries.LAG_PERCENT.on(today),
        "split": split,
        "warn": bool(lines) and split.short and campaign.state == rules.OPEN,
        "tabs": _tabs(request, levels, level),
        "level_name": LEVELS.get(level, f"下 {level} 级"),
        "shares": [_line_share(line) for line in lines],
        "table": _late_table(late),
        "late": len(late),
        "days": days,
        "trend": _trend_chart(days),
    }
    return render(request, "census/console.html", context)


def _trend_chart(days: list[CensusDay]) -> charts.Chart | None:
    """Done and planned by day."""
    if not days:
        return None
    shown = days[-charts.LABELS_MOST :]
    return charts.Chart(
        "每日进度",
        "line",
        [f"{item.day:%m-%d}" for item in shown],
        [
            charts.Series("完成数", [item.done for item in shown]),
            charts.Series("应完成数", [item.planned for item in shown]),
        ],
        unit="人",
        first="日期",
    )


def trend(request: HttpRequest, campaign_id: int, union_id: int) -> JsonResponse:
    """The daily snapshots of a unit: {"unit", "days": [{day, amount, done, planned, …}]}."""
    quota = queries.quota_for(request.actor, VIEW_CENSUS, campaign_id, union_id)
    days = [
        {
            "day": item.day.isoformat(),
            "amount": item.amount,
            "in_ranks": item.in_ranks,
            "done": item.done,
            "planned": item.planned,
            "with_mobile": item.with_mobile,
            "with_education": item.with_education,
        }
        for item in queries.trend(quota)
    ]
    return JsonResponse({"unit": quota.union.name, "campaign": quota.campaign.title, "days": days})


PARTS = reports.Report(
    "直接下级单位进展",
    (reports.Group("rank", "名次"), reports.Group("name", "单位")),
    (
        reports.Measure("amount", "任务数"),
        reports.Heading(
            "在籍会员", (reports.Measure("base", "基准日"), reports.Measure("in_ranks", "当前"))
        ),
        reports.Heading(
            "完成情况",
            (
                reports.Measure("done", "完成数"),
                reports.Ratio("done", "amount", "完成率"),
                reports.Measure("planned", "应完成数"),
                reports.Word("standing", "进度"),
            ),
        ),
        reports.Word("deadline", "期限"),
        reports.Heading(
            "资料完整率",
            (reports.Word("with_mobile", "手机号码"), reports.Word("with_education", "学历")),
        ),
    ),
    unit="人",
)


def _part(line: queries.Line) -> dict[str, object]:
    """One subordinate unit as a row of the report."""
    shares = {
        name: f"{value}%"
        for name in ("with_mobile", "with_education")
        if (value := getattr(line, name)) is not None
    }
    return {
        "rank": line.rank or "—",
        "name": line.name,
        "amount": line.quota.amount,
        "base": line.quota.base,
        "in_ranks": line.in_ranks,
        "done": line.done,
        "planned": line.planned,
        "standing": Standing(line.standing).label,
        "deadline": line.quota.deadline.isoformat(),
        **shares,
    }


def report(request: HttpRequest, campaign_id: int, union_id: int) -> HttpResponse:
    """The campaign on paper: the unit, each subordinate, the formulas, the day."""
    actor: Actor = request.actor
    quota = queries.quota_for(actor, VIEW_CENSUS, campaign_id, union_id)
    today = timezone.localdate()
    parts = queries.lines(quota.campaign, queries.parts_of(quota), today)
    context = {
        "quota": quota,
        "campaign": quota.campaign,
        "measure": Measure(quota.campaign.measure).label,
        "own": queries.lines(quota.campaign, [quota], today)[0],
        "lines": len(parts),
        "sheet": reports.build(PARTS, [_part(line) for line in parts], as_of=_as_of(quota)),
        "standings": _standings(parts),
        "formula": rules.FORMULAS[quota.campaign.measure],
        "in_ranks": rules.IN_RANKS,
        "plan": rules.PLAN,
        "as_of": _as_of(quota),
        "today": today,
        "maker": actor,
        "back_url": _console(quota),
    }
    return render(request, "census/report.html", context)


def _standings(lines: list[queries.Line]) -> list[tuple[str, int]]:
    """How many units stand where; kinds without any are left out."""
    counted = Counter(line.standing for line in lines)
    return [(label, counted[value]) for value, label in Standing.choices if counted[value]]


def _console(quota: Quota) -> str:
    return reverse("census-console", args=[quota.campaign_id, quota.union_id])


def _as_of(quota: Quota) -> datetime | None:
    """When the unit's members were counted: now while it is open, else at the last count."""
    if queries.is_open(quota.campaign):
        found = queries.in_ranks_now([quota.union_id]).get(quota.union_id)
        return found[1] if found else timezone.now()
    return quota.counted_at


def _level(text: str, levels: list[int]) -> int:
    return int(text) if text.isdecimal() and int(text) in levels else 1


def _tabs(request: HttpRequest, levels: list[int], level: int) -> list[ui.Tab]:
    if len(levels) < 2:
        return []
    return [
        ui.Tab(LEVELS.get(item, f"下 {item} 级"), f"?level={item}", item == level)
        for item in levels
    ]


def _back(actor: Actor, quota: Quota) -> ui.Action | None:
    """The superior's page, where the actor may see it."""
    above = quota.superior
    if above is not None and actor.may(VIEW_CENSUS, above.org_path):
        return ui.Action(above.union.name, _console(above))
    return None


def _actions(
    actor: Actor, quota: Quota, late: bool, split: rules.Split
) -> tuple[ui.Action | None, list[ui.Action]]:
    """The one thing to do next, and the rest."""
    found = []
    if queries.is_open(quota.campaign):
        if late and actor.may(URGE, quota.org_path):
            found.append(ui.Action("一键催办", _step(quota, "urge"), "speakerphone"))
        if not quota.union.is_grassroots and actor.may(SPLIT_QUOTA, quota.org_path):
            found.append(ui.Action("分解任务", _step(quota, "split"), "sitemap"))
            if split.short and not late:
                found.insert(0, found.pop())
        above = quota.superior
        if above is not None and actor.may(EXTEND, above.org_path):
            found.append(ui.Action("延长期限", _step(quota, "extend"), "calendar"))
    place = [quota.campaign_id, quota.union_id]
    found.append(ui.Action("打印报告", reverse("census-report", args=place), "printer"))
    if actor.may(EXPORT_QUOTAS, quota.org_path):
        address = reverse("resource:quotas:export")
        query = f"?campaign={quota.campaign_id}&under={quota.union_id}"
        found.append(ui.Action("导出任务表", address + query, "download"))
    return found[0], found[1:]


def _step(quota: Quota, slug: str) -> str:
    return reverse("resource:quotas:step", args=[quota.pk, slug])


def _share(value: Decimal | None) -> str:
    return "—" if value is None else f"{value}%"


def _stats(own: queries.Line, late: int, units: int) -> list[ui.Stat]:
    """The unit's figures; completeness is that of the last nightly count."""
    quota = own.quota
    found = [
        ui.Stat("任务数", quota.amount, "人"),
        ui.Stat("完成数", own.done, "人", change=f"应完成 {own.planned:,} 人"),
        ui.Stat("完成率", _share(own.percent), change=Standing(own.standing).label),
        ui.Stat("在籍会员", own.in_ranks, "人", change=f"基准日 {quota.base:,} 人"),
    ]
    if units:
        found.append(ui.Stat("滞后和逾期单位", late, "个", change=f"共 {units:,} 个单位"))
    if own.with_mobile is not None:
        found.append(
            ui.Stat(
                "资料完整率",
                _share(own.with_mobile),
                change=f"手机号码；学历 {_share(own.with_education)}",
            )
        )
    return found


def _line_share(line: queries.Line) -> ui.Share:
    words = {rules.NONE: "没有下达任务", rules.BEHIND: "进度滞后", rules.MET: "已完成"}
    return ui.Share(
        line.name,
        line.done,
        line.quota.amount,
        _console(line.quota),
        note=words.get(line.standing, ""),
        late=line.standing == rules.OVERDUE,
        rank="—" if line.rank is None else str(line.rank),
    )


def _late_table(late: list[queries.Line]) -> ui.Table:
    """Units behind or overdue, the furthest behind first."""
    columns = [
        ui.Column("单位", "title"),
        ui.Column("进度", "state"),
        ui.Column("落后", "number"),
        ui.Column("完成数", "number"),
        ui.Column("应完成数", "number"),
        ui.Column("期限", "code"),
    ]
    rows = [
        ui.Row(
            str(line.quota.pk),
            [
                line.name,
                ui.pill(Standing(line.standing).label, TONES[line.standing]),
                f"{line.short:,}",
                f"{line.done:,}",
                f"{line.planned:,}",
                line.quota.deadline,
            ],
            _console(line.quota),
        )
        for line in sorted(late, key=lambda line: -line.short)
    ]
    return ui.Table("滞后和逾期单位", columns, rows)
