"""Quality checks (质检): drawing a sample, its cases, points by criterion."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.engines.casework.actions import quality as actions
from gonghui.engines.casework.declaring import KINDS, CaseKind
from gonghui.engines.casework.forms import Draw, Points
from gonghui.engines.casework.models import QualityCheck, Sample
from gonghui.engines.casework.queries import quality as queries
from gonghui.engines.casework.rules import sampling
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.ui import components as ui

OWN_DESK = "the union whose settled cases are sampled"


@require_http_methods(["GET", "HEAD", "POST"])
def quality(request: HttpRequest) -> HttpResponse:
    """Samples drawn so far with their results; POST draws another."""
    actor: Actor = request.actor
    kinds = queries.kinds_of(actor)
    if not kinds:
        raise Forbidden("没有质检的权限。", remedy="请联系上级工会的安全管理员开通。")
    form = Draw(request.POST or None, actor=actor, kinds=kinds)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            kind = KINDS[values.pop("kind")]
            try:
                made = actions.draw(_union(actor, kind), by=actor, kind=kind, **values)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, f"已抽取 {made.size} 件。")
                return redirect("casework:sample", made.pk)
    found = list(queries.samples(actor)[: queries.LIST])
    context = {"form": form, "table": _table(found), "back_url": reverse("casework:desk")}
    return render(request, "casework/quality.html", context, status=status)


def _union(actor: Actor, kind: CaseKind) -> Union:
    """The union of the actor's post where they may check, else the highest."""
    rows = Union.objects.unscoped(OWN_DESK).filter(path__in=actor.paths(kind.permissions.supervise))
    found = rows.filter(pk=actor.union_id).first() or rows.order_by("path").first()
    if found is None:
        raise Forbidden("没有质检这项业务的权限。", code="forbidden")
    return found


def _table(found: list[Sample]) -> ui.Table:
    columns = [
        ui.Column("办结时间段", "title"),
        ui.Column("业务"),
        ui.Column("工会"),
        ui.Column("办结", "number"),
        ui.Column("抽取", "number"),
        ui.Column("已检查", "number"),
        ui.Column("合格", "number"),
        ui.Column("平均分", "number"),
        ui.Column("抽取人", "minor"),
    ]
    rows = [
        ui.Row(
            str(item.pk),
            [
                f"{item.from_on} 至 {item.until_on}",
                KINDS[item.kind].title,
                item.union.name,
                item.population,
                item.size,
                item.done,
                item.passed,
                f"{item.mean:.1f}" if item.mean is not None else "—",
                item.drawn_by_name,
            ],
            reverse("casework:sample", args=[item.pk]),
        )
        for item in found
    ]
    return ui.Table("质检抽样", columns, rows)


@require_safe
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """The cases of a sample: why each is in it, and what was found."""
    actor: Actor = request.actor
    found: Any = queries.sample(pk, actor)
    checks = queries.checks(found, actor)
    columns = [
        ui.Column("编号", "title"),
        ui.Column("结果", "state"),
        ui.Column("入样原因"),
        ui.Column("办理工会"),
        ui.Column("承办人", "minor"),
        ui.Column("得分", "number"),
        ui.Column("检查人", "minor"),
    ]
    rows = [
        ui.Row(
            str(item.pk),
            [
                item.case.number,
                _result(item),
                item.why,
                item.case.union.name,
                item.case.handler_name or "—",
                item.total if item.total is not None else "—",
                item.checker_name or "—",
            ],
            reverse("casework:check", args=[item.pk]),
        )
        for item in checks
    ]
    share = f"{100 * found.passed / found.done:.0f}%" if found.done else "—"
    context = {
        "sample": found,
        "kind": KINDS[found.kind],
        "table": ui.Table("抽取的办件", columns, rows),
        "stats": [
            ui.Stat("办结", found.population, "件"),
            ui.Stat("抽取", found.size, "件"),
            ui.Stat("已检查", found.done, "件"),
            ui.Stat("合格率", share),
            ui.Stat("平均分", f"{found.mean:.1f}" if found.mean is not None else "—"),
        ],
        "back_url": reverse("casework:quality"),
    }
    return render(request, "casework/sample.html", context)


def _result(item: QualityCheck) -> Any:
    if item.checked_at is None:
        return ui.pill("待检查", "wait")
    return ui.pill("合格", "good") if item.passed else ui.pill("不合格", "stop")


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Points for one case, or what they were."""
    actor: Actor = request.actor
    found = queries.check(pk, actor)
    form = Points(request.POST or None, actor=actor, record=found)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            findings = values.pop("findings")
            try:
                actions.check(found, by=actor, points=values, findings=findings)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, "已登记质检结果。")
                return redirect("casework:sample", found.sample_id)
    case = found.case
    context = {
        "check": found,
        "case": case,
        "form": form if found.checked_at is None else None,
        "result": _result(found),
        "points": [
            (title, found.points.get(code), most)
            for code, (title, most) in sampling.CRITERIA.items()
        ]
        if found.checked_at
        else [],
        "facts": [
            ui.Fact("办理工会", case.union.name),
            ui.Fact("承办人", case.handler_name or "—"),
            ui.Fact("收到", case.received_at),
            ui.Fact("答复", case.replied_at or "—"),
            ui.Fact("按期", "超期" if case.late else "按期"),
            ui.Fact("满意度", case.score if case.score is not None else "没有评价"),
            ui.Fact("入样原因", found.why),
        ],
        "pass_points": sampling.PASS,
        "back_url": reverse("casework:sample", args=[found.sample_id]),
    }
    return render(request, "casework/check.html", context, status=status)
