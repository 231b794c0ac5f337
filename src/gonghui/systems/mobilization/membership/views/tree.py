"""The tree browser (组织树) and the report of unions and members, as of any day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel import codes
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.org.history import scope_as_of
from gonghui.kernel.org.models import UnionKind
from gonghui.kernel.people.models import IN_RANKS, MembershipStatus
from gonghui.kernel.resource.exporting import report_file
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.ui import charts, reports
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership.permissions import EXPORT_UNIONS, VIEW_UNIONS
from gonghui.systems.mobilization.membership.queries import tree as queries
from gonghui.systems.mobilization.membership.queries.tree import Node, Report

SEXES = ("1", "2")
CHARTED = 16


class ExportForm(ActionForm):
    purpose = forms.CharField(
        label="用途",
        min_length=4,
        max_length=200,
        help_text="写明用在哪里、给谁用；会记入日志，并印在文件的第一行。",
    )


def _day(request: HttpRequest) -> date | None:
    """The day asked for; None is now."""
    text = request.GET.get("day", "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refusal(
            f"“{text}”不是有效日期。", remedy="请按 2026-03-02 的格式填写。", field="day"
        ) from error
    today = timezone.localdate()
    if day > today:
        raise Refusal("不能查看将来的组织。", remedy="请选择今天或以前的日期。", field="day")
    return None if day == today else day


def _node(actor: Actor, union_id: str | int, day: date | None) -> Node:
    """A union as of a day inside the actor's scope of that day, or the one refusal for all."""
    actor.require(VIEW_UNIONS)
    text = str(union_id)
    node = queries.node_at(int(text), day) if text.isdecimal() else None
    scope = actor.scope(VIEW_UNIONS)
    scope = scope if day is None else scope_as_of(scope, day)
    if node is None or not scope.holds(node.path):
        raise Forbidden(
            "没有查看这家工会的权限，或者它在那一天不存在。",
            remedy="如确需查看，请联系共同的上级工会，或换一个日期。",
            code="forbidden",
        )
    return node


@require_safe
def browser(request: HttpRequest) -> HttpResponse:
    """The tree from the tops of my scope, or from one union; levels open as they are asked for."""
    actor: Actor = request.actor
    actor.require(VIEW_UNIONS)
    day = _day(request)
    text = request.GET.get("q", "").strip()[:60]
    scope = actor.scope(VIEW_UNIONS)
    root = _node(actor, request.GET["root"], day) if request.GET.get("root") else None
    if text:
        nodes = queries.found_by_name(scope, text, day)
    elif root is not None:
        nodes = queries.with_figures([root], day)
    else:
        nodes = queries.roots(scope, day)
    queries.name_superiors(nodes, day)
    opened = nodes[0] if len(nodes) == 1 and not text else None
    context = {
        "nodes": nodes,
        "opened": opened.pk if opened else None,
        "children": queries.children(opened.path, day) if opened else [],
        "root": root,
        "text": text,
        "day": day,
        "today": timezone.localdate(),
        "capped": len(nodes) == queries.FOUND_MOST,
    }
    return render(request, "membership/tree/browser.html", context)


@require_safe
def below(request: HttpRequest, pk: int) -> HttpResponse:
    """The next level of one union, for the browser to open in place."""
    day = _day(request)
    node = _node(request.actor, pk, day)
    context = {
        "nodes": queries.children(node.path, day),
        "day": day,
    }
    return render(request, "membership/tree/level.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """组织与会员统计（截至某日） by next-level units; POST with a purpose answers a workbook."""
    actor: Actor = request.actor
    actor.require(VIEW_UNIONS)
    day = _day(request)
    shown = day or timezone.localdate()
    if request.GET.get("under"):
        node = _node(actor, request.GET["under"], shown)
    else:
        tops = queries.roots(actor.scope(VIEW_UNIONS), shown)
        if not tops:
            raise Refusal("您的岗位所在工会在那一天还没有成立。", remedy="请选择以后的日期。")
        node = tops[0]
    found = queries.report(node, shown)
    sheet = reports.build(_declared(found), _rows(found), facts=(found.node.name,))
    form = ExportForm(request.POST if request.method == "POST" else None, actor=actor)
    status = 200
    if request.method == "POST":
        actor.require(EXPORT_UNIONS, node.path)
        if form.is_valid():
            return report_file(
                sheet,
                actor,
                code="union-report",
                path=node.path,
                query=f"?under={node.pk}&day={shown.isoformat()}",
                purpose=form.cleaned_data["purpose"],
            )
        status = 422
    context = {
        "report": found,
        "sheet": sheet,
        "chart": _chart(found),
        "day": shown,
        "as_of": timezone.now(),
        "form": form,
        "may_export": actor.may(EXPORT_UNIONS, node.path),
        "stats": [
            ui.Stat("工会", found.total.unions, "家"),
            ui.Stat("会员", found.total.members, "人"),
            ui.Stat("其中女会员", found.total.sex["2"], "人"),
            ui.Stat("保留会籍", found.total.status["retained"], "人"),
        ],
        "up": _up(node, actor, shown),
        "tree_url": reverse("union-tree") + f"?root={node.pk}&day={shown.isoformat()}",
    }
    return render(request, "membership/tree/report.html", context, status=status)


def _up(node: Node, actor: Actor, day: date) -> str:
    """The address of the same report one level up, where the actor may see it."""
    above = node.path.rstrip(".").split(".")[:-1]
    if not above:
        return ""
    path = "".join(f"{part}." for part in above)
    if not scope_as_of(actor.scope(VIEW_UNIONS), day).holds(path):
        return ""
    return f"?under={above[-1]}&day={day.isoformat()}"


def _rows(found: Report) -> list[dict[str, Any]]:
    """The lines of the report as plain rows."""
    return [
        {
            "pk": line.pk,
            "name": line.name,
            "unions": line.unions,
            "members": line.members,
            "unknown": line.members - sum(line.sex[sex] for sex in SEXES),
            **{f"kind_{kind}": line.kinds[kind] for kind in UnionKind.values},
            **{f"sex_{sex}": line.sex[sex] for sex in SEXES},
            **{f"status_{status}": line.status[str(status)] for status in IN_RANKS},
        }
        for line in found.lines
    ]


def _declared(found: Report) -> reports.Report:
    """The report for the kinds of union that occur at all."""
    names = dict(UnionKind.choices)
    here = f"&day={found.day.isoformat()}"
    return reports.Report(
        f"组织与会员统计（截至{found.day.year}年{found.day.month}月{found.day.day}日）",
        (
            reports.Group(
                "name",
                "单位",
                link=lambda row: "" if row["pk"] == found.node.pk else f"?under={row['pk']}{here}",
            ),
        ),
        (
            reports.Heading(
                "工会（家）",
                (
                    reports.Measure("unions", "合计"),
                    *(
                        reports.Measure(f"kind_{kind}", str(names[kind]))
                        for kind in UnionKind.values
                        if found.total.kinds[kind]
                    ),
                ),
            ),
            reports.Heading(
                "会员（人）",
                (
                    reports.Measure("members", "合计"),
                    *(reports.Measure(f"sex_{sex}", codes.name("sex", sex)) for sex in SEXES),
                    reports.Measure("unknown", "性别未知"),
                    *(
                        reports.Measure(f"status_{status}", str(MembershipStatus(status).label))
                        for status in IN_RANKS
                    ),
                ),
            ),
        ),
        note="会员数为在籍和保留会籍的人数，按当日所在工会统计；合并、变更上级以生效日期为准。",
    )


def _chart(found: Report) -> charts.Chart | None:
    """Members of the units below by sex, the largest first."""
    below = [line for line in found.lines if line.pk != found.node.pk and line.members]
    if len(below) < 2:
        return None
    below.sort(key=lambda line: -line.members)
    shown = below[:CHARTED]
    here = f"&day={found.day.isoformat()}"
    return charts.Chart(
        "下级单位会员数" if len(below) <= CHARTED else f"会员最多的 {CHARTED} 个下级单位",
        "hbar",
        [line.name for line in shown],
        [charts.Series("会员", [line.members for line in shown])],
        unit="人",
        first="单位",
        urls=[f"?under={line.pk}{here}" for line in shown],
    )
