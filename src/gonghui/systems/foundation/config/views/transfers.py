"""Comparing, copying from another union, exporting and importing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import every
from gonghui.kernel.org.models import Union
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.config import queries, rules
from gonghui.systems.foundation.config.actions import transferring
from gonghui.systems.foundation.config.actions.transferring import BAD, NEW, Row
from gonghui.systems.foundation.config.permissions import EDIT_SETTINGS, EXPORT_CHANGES
from gonghui.systems.foundation.config.views.forms import (
    CloneForm,
    CompareForm,
    FileForm,
    TakeOverForm,
    union_named,
)
from gonghui.systems.foundation.config.views.settings import setting_url

PILLS = {"same": ("相同", "idle"), "new": ("将改变", "info"), "bad": ("有问题", "stop")}


def compare(request: HttpRequest) -> HttpResponse:
    """The settings that differ between two unions, or between two moments at one."""
    actor: Actor = request.actor
    union = queries.place(actor, request.GET.get("union", ""))
    asked = "left" in request.GET
    form = CompareForm(request.GET if asked else None, actor=actor, initial={"left": union.name})
    context: dict[str, Any] = {"union": union, "form": form, "asked": False}
    if asked and form.is_valid():
        given = form.cleaned_data
        form.data = {**request.GET.dict(), **_named(given)}
        left = union_named(actor, given["left"], queries.VIEW_SETTINGS)
        right = (
            union_named(actor, given["right"], queries.VIEW_SETTINGS) if given["right"] else left
        )
        one, other = _words(left, given["left_at"]), _words(right, given["right_at"])
        found = rules.differences(one, other)
        context |= {
            "asked": True,
            "count": len(found),
            "table": _differences(
                found, _head(left, given["left_at"]), _head(right, given["right_at"]), left
            ),
        }
    return render(
        request, "configuration/compare.html", context, status=422 if form.errors else 200
    )


def _named(given: dict[str, Any]) -> dict[str, str]:
    """The unions of a form by name, whether they were typed or came as ids in a link."""
    return {side: given[side].name for side in ("left", "right") if given[side]}


def _words(union: Union, moment: datetime | None) -> dict[str, str]:
    values = None if moment is None else queries.values_at(union, moment)
    return {item.setting.code: item.words for item in queries.in_force(union, values)}


def _head(union: Union, moment: datetime | None) -> str:
    when = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else "现在"
    return f"{union.name}（{when}）"


def _differences(
    found: list[tuple[str, str | None, str | None]], left: str, right: str, union: Union
) -> ui.Table:
    columns = [ui.Column("配置项", "title"), ui.Column(left), ui.Column(right)]
    rows = [
        ui.Row(code, [every()[code].title, one, other], setting_url(code, union))
        for code, one, other in found
    ]
    return ui.Table("不同的配置项", columns, rows)


def clone(request: HttpRequest) -> HttpResponse:
    """Own values of one union for another: choose, look at the differences, confirm."""
    actor: Actor = request.actor
    actor.require(EDIT_SETTINGS)
    union = queries.place(actor, request.GET.get("union", ""), EDIT_SETTINGS)
    given = request.POST if request.method == "POST" else request.GET
    form = CloneForm(
        given if "source" in given else None, actor=actor, initial={"target": union.name}
    )
    if not form.is_bound or not form.is_valid():
        context = {"form": form, "back_url": _overview(union)}
        status = 422 if form.errors else 200
        return render(request, "configuration/clone.html", context, status=status)
    source = union_named(actor, form.cleaned_data["source"], queries.VIEW_SETTINGS)
    target = union_named(actor, form.cleaned_data["target"], EDIT_SETTINGS)
    rows = transferring.read_union(source, target)
    hidden = [("source", source.pk), ("target", target.pk)]
    lead = f"从“{source.name}”复制到“{target.name}”"
    return _judged(request, rows, hidden, "复制配置", lead, _overview(target))


def export_file(request: HttpRequest) -> HttpResponse:
    """The own values of a union and of all below it, as a file; secrets are never in it."""
    actor: Actor = request.actor
    actor.require(EXPORT_CHANGES)
    union = queries.place(actor, request.GET.get("union", ""), EXPORT_CHANGES)
    now = timezone.localtime()
    transferring.log_export(union, by=actor)
    body = transferring.exported(union, actor, now)
    return _file(body, f"gonghui-settings-{now:%Y%m%d%H%M}.json")


def _file(body: dict[str, Any], name: str) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def import_file(request: HttpRequest) -> HttpResponse:
    """A file of values: upload, look at the differences, confirm; bad rows come back marked."""
    actor: Actor = request.actor
    actor.require(EDIT_SETTINGS)
    if request.method == "POST" and "content" in request.POST:
        return _read(request, request.POST["content"])
    form = FileForm(actor=actor)
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES, actor=actor)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                if upload.size > transferring.LARGEST_FILE:
                    raise Refusal("文件太大。", remedy="配置文件不超过 512 KB。", field="file")
                return _read(request, upload.read().decode("utf-8-sig", "replace"))
            except Refusal as refusal:
                if refusal.field != "file":
                    raise
                form.refuse(refusal)
    context = {"form": form, "back_url": reverse("config")}
    return render(request, "configuration/import.html", context, status=422 if form.errors else 200)


def _read(request: HttpRequest, text: str) -> HttpResponse:
    rows = transferring.read_file(transferring.parsed(text), request.actor)
    if request.POST.get("do") == "bad":
        bad = [row for row in rows if row.kind == BAD]
        return _file(transferring.returned(bad), "gonghui-settings-errors.json")
    hidden = [("content", text)]
    return _judged(request, rows, hidden, "导入配置", "", reverse("config"))


def _judged(
    request: HttpRequest,
    rows: list[Row],
    hidden: list[tuple[str, Any]],
    title: str,
    lead: str,
    back_url: str,
) -> HttpResponse:
    """The differences with a form to confirm them; with do=apply, what came of it."""
    confirmed = request.method == "POST" and request.POST.get("do") == "apply"
    form = TakeOverForm(request.POST if confirmed else None, actor=request.actor)
    outcome = None
    if confirmed and form.is_valid():
        outcome = transferring.take_over(rows, by=request.actor, reason=form.cleaned_data["reason"])
        if not outcome.refused:
            words = f"已生效 {outcome.done} 项"
            words += f"，等待批准 {outcome.waiting} 项。" if outcome.waiting else "。"
            messages.success(request, words)
            return HttpResponseRedirect(back_url)
    shown = rows if outcome is None else outcome.refused
    context = {
        "title": title,
        "lead": lead,
        "table": _rows(shown),
        "total": len(rows),
        "new": sum(row.kind == NEW for row in rows),
        "bad": sum(row.kind == BAD for row in shown),
        "danger": sum(
            row.kind == NEW and row.setting is not None and row.setting.dangerous for row in rows
        ),
        "hidden": hidden,
        "form": form,
        "outcome": outcome,
        "back_url": back_url,
        "is_file": hidden[0][0] == "content",
    }
    status = 422 if form.errors else 200
    return render(request, "configuration/judged.html", context, status=status)


def _rows(rows: list[Row]) -> ui.Table:
    columns = [
        ui.Column("配置项", "title"),
        ui.Column("结果", "state"),
        ui.Column("工会"),
        ui.Column("现在"),
        ui.Column("改为"),
        ui.Column("问题"),
    ]
    found = [
        ui.Row(
            str(row.number),
            [
                row.title,
                ui.pill(*PILLS[row.kind]),
                row.union.name if row.union else "",
                row.before,
                row.after,
                row.fault,
            ],
            setting_url(row.code, row.union) if row.union and row.setting else "",
        )
        for row in rows
    ]
    return ui.Table("逐项核对", columns, found)


def _overview(union: Union) -> str:
    return f"{reverse('config')}?union={union.pk}"
