"""Charts and reports made in the page: the list, one of them, making, versions, the workbook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.exporting import report_file
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.ui import components as ui
from gonghui.kernel.ui.charts import KINDS, Chart
from gonghui.kernel.ui.datasets import DATASETS, Dataset
from gonghui.kernel.ui.reports import shown_text
from gonghui.systems.foundation.components.actions import definitions as actions
from gonghui.systems.foundation.components.models import Audience, Definition
from gonghui.systems.foundation.components.permissions import (
    EDIT_CHARTS,
    EXPORT_CHARTS,
    STOP_CHARTS,
    VIEW_CHARTS,
)
from gonghui.systems.foundation.components.queries import definitions as queries
from gonghui.systems.foundation.components.queries.contents import Content
from gonghui.systems.foundation.components.rules import charting

KIND_TITLES = {charting.REPORT: "报表", **{kind.code: kind.title for kind in KINDS.values()}}
OPTIONS_MOST = 400
PAGE = 50


class ContentForm(ActionForm):
    """What to draw from one dataset; its choices are the dataset's own fields."""

    title = forms.CharField(
        label="名称", max_length=60, help_text="说明看的是什么，例如“各市会员数”。"
    )
    kind = forms.ChoiceField(label="形式")
    row1 = forms.ChoiceField(label="按什么分组")
    row2 = forms.ChoiceField(
        label="第二级", required=False, help_text="报表可分三级，图形只分一级。"
    )
    row3 = forms.ChoiceField(label="第三级", required=False)
    across = forms.ChoiceField(
        label="横向展开", required=False, help_text="它的每个值成为一列，图形里成为一种颜色。"
    )
    figures = forms.MultipleChoiceField(label="指标", widget=forms.CheckboxSelectMultiple)
    only = forms.ChoiceField(label="只看", required=False)
    most = forms.TypedChoiceField(
        label="图形最多显示",
        coerce=int,
        choices=[(n, f"{n} 项") for n in charting.LINES],
        help_text="其余的合成“其他”一项，总数不变。",
    )
    subtotals = forms.BooleanField(label="报表每组加小计", required=False)
    audience = forms.ChoiceField(
        label="谁可以看",
        choices=Audience.choices,
        widget=forms.RadioSelect,
        help_text="别人看到的是按自己权限范围重新计算的数字，不是您看到的数字。",
    )
    groups = [
        ("是什么", ["title", "kind"]),
        ("怎样取数", ["row1", "row2", "row3", "across", "figures", "only", "most", "subtotals"]),
        ("给谁看", ["audience"]),
    ]

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        blank = [("", "不分")]
        fields = [(item.name, item.title) for item in dataset.dimensions]
        self.fields["kind"].choices = [
            ("表格", [(charting.REPORT, "报表")]),
            ("图形", [(kind.code, f"{kind.title}：{kind.help}") for kind in KINDS.values()]),
        ]
        self.fields["row1"].choices = fields
        self.fields["row2"].choices = self.fields["row3"].choices = blank + fields
        self.fields["across"].choices = [("", "不展开"), *fields]
        self.fields["figures"].choices = [
            (item.name, f"{item.title}（{item.unit}）" if item.unit else item.title)
            for item in dataset.figures
        ]
        self.fields["only"].choices = [("", "全部"), *self._values(dataset)]

    def _values(self, dataset: Dataset) -> list[tuple[str, list[tuple[str, str]]]]:
        rows = dataset.rows(self.actor)
        found = []
        for item in dataset.dimensions:
            values = list(dict.fromkeys(shown_text(row.get(item.name)) for row in rows))
            values = sorted(values) if item.time else values
            pairs = [(f"{item.name}={value}", value) for value in values[:OPTIONS_MOST]]
            found.append((item.title, pairs))
        return found

    def content(self) -> Content:
        data = self.cleaned_data
        rows = [data["row1"], data.get("row2"), data.get("row3")]
        name, _, value = data.get("only", "").partition("=")
        return Content(
            data["title"].strip(),
            data["kind"],
            charting.Spec(
                tuple(row for row in rows if row),
                tuple(data["figures"]),
                data.get("across", ""),
                (name, value) if name else (),
                data["most"],
                data["subtotals"],
            ),
            data["audience"],
        )


class PurposeForm(ActionForm):
    purpose = forms.CharField(
        label="用途",
        min_length=4,
        max_length=200,
        help_text="写明用在哪里、给谁用；会记入日志，并印在文件里。",
    )


def charts(request: HttpRequest) -> HttpResponse:
    """Mine, and those others let me see."""
    actor: Actor = request.actor
    actor.require(VIEW_CHARTS)
    whose = request.GET.get("whose", "")
    rows = queries.seen_by(actor).order_by("-changed_at", "-pk")
    mine = rows.filter(owner_id=actor.user_id)
    others = rows.exclude(owner_id=actor.user_id)
    shown = {"mine": mine, "others": others}.get(whose, rows)
    here = reverse("charts")
    context = {
        "tabs": [
            ui.Tab("全部", here, not whose, rows.count()),
            ui.Tab("我制作的", f"{here}?whose=mine", whose == "mine", mine.count()),
            ui.Tab("别人共享的", f"{here}?whose=others", whose == "others", others.count()),
        ],
        "table": _table(shown),
        "new": ui.Action("制作图形或报表", reverse("charts-new"), "plus", go="n"),
        "may_edit": actor.may(EDIT_CHARTS),
    }
    return render(request, "components/charts.html", context)


def _table(rows: QuerySet[Definition]) -> ui.Table:
    columns = [
        ui.Column("名称", "title"),
        ui.Column("状态", "state"),
        ui.Column("形式"),
        ui.Column("数据"),
        ui.Column("制作人"),
        ui.Column("工会"),
        ui.Column("版本", "number"),
        ui.Column("修改时间", "code"),
    ]
    lines = [
        ui.Row(
            str(item.pk),
            [
                item.title,
                ui.pill("使用中", "good") if item.active else ui.pill("已停用", "idle"),
                KIND_TITLES.get(item.kind, item.kind),
                _dataset_title(item.dataset),
                item.owner_name,
                item.union.name,
                item.number,
                timezone.localtime(item.changed_at).strftime("%Y-%m-%d %H:%M"),
            ],
            reverse("charts-one", args=[item.pk]),
        )
        for item in rows[:PAGE]
    ]
    return ui.Table("图形和报表", columns, lines)


def _dataset_title(code: str) -> str:
    found = DATASETS.get(code)
    return found.title if found else "（数据集已撤销）"


def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A chart or report with the reader's own figures, its versions and what may be done."""
    actor: Actor = request.actor
    found = queries.one(actor, pk)
    form = PurposeForm(request.POST if request.method == "POST" else None, actor=actor)
    drawing, refusal = _drawing(actor, found)
    status = 200
    if request.method == "POST":
        actor.require(EXPORT_CHARTS)
        if form.is_valid() and drawing is not None and not isinstance(drawing, Chart):
            return report_file(
                drawing,
                actor,
                code="charts",
                path=found.org_path,
                query=f"?id={found.pk}&version={found.number}",
                purpose=form.cleaned_data["purpose"],
            )
        status = 422
    own = found.owner_id == actor.user_id
    is_chart = isinstance(drawing, Chart)
    context = {
        "found": found,
        "chart": drawing if is_chart else None,
        "sheet": None if is_chart else drawing,
        "refusal": refusal,
        "own": own,
        "kind": KIND_TITLES.get(found.kind, found.kind),
        "facts": [
            ui.Fact("形式", KIND_TITLES.get(found.kind, found.kind)),
            ui.Fact("数据", _dataset_title(found.dataset)),
            ui.Fact("制作人", f"{found.owner_name}（{found.union.name}）"),
            ui.Fact("谁可以看", found.get_audience_display()),
            ui.Fact("版本", f"第 {found.number} 版"),
        ],
        "editions": found.editions.order_by("-number"),
        "kinds": KIND_TITLES,
        "may_stop": own or actor.may(STOP_CHARTS, found.org_path),
        "may_edit": actor.may(EDIT_CHARTS),
        "may_export": drawing is not None and not is_chart and actor.may(EXPORT_CHARTS),
        "form": form,
        "change": ui.Action("修改", reverse("charts-change", args=[found.pk]), "edit"),
    }
    return render(request, "components/chart.html", context, status=status)


def _drawing(actor: Actor, found: Definition) -> tuple[Any, Refusal | None]:
    try:
        return queries.drawn(actor, found.dataset, queries.content_of(found)), None
    except Refusal as refusal:
        return None, refusal


def data(request: HttpRequest, pk: int) -> JsonResponse:
    """The figures of a chart or report as the caller may see them: {"title", "columns", "rows"}."""
    actor: Actor = request.actor
    found = queries.one(actor, pk)
    drawing = queries.drawn(actor, found.dataset, queries.content_of(found))
    if isinstance(drawing, Chart):
        columns = [drawing.first, *(column.name for column in drawing.shown)]
        rows = [[label, *(value for _, value in cells)] for label, _, cells in drawing.rows]
    else:
        first = drawing.body[0].figures if drawing.body else ()
        columns = ["分组", *(cell.spoken for cell in first)]
        rows = [
            [line.name, *("" if cell.value is None else str(cell.value) for cell in line.figures)]
            for line in drawing.body
        ]
    answer = {
        "title": found.title,
        "kind": found.kind,
        "version": found.number,
        "as_of": timezone.now().isoformat(),
        "columns": columns,
        "rows": rows,
    }
    return JsonResponse(answer)


def new(request: HttpRequest) -> HttpResponse:
    """Which data first; then the form of its fields."""
    actor: Actor = request.actor
    actor.require(EDIT_CHARTS)
    code = request.GET.get("data", "")
    if not code:
        return render(request, "components/datasets.html", {"datasets": _datasets(actor)})
    dataset = _dataset(actor, code)
    initial = {
        "kind": "bar",
        "figures": [dataset.figures[0].name],
        "most": 16,
        "subtotals": True,
        "audience": Audience.OWNER,
    }
    source = request.GET.get("from", "")
    if source.isdecimal():
        initial = _initial(queries.content_of(queries.one(actor, int(source))))
        initial["title"] = f"{initial['title']}（副本）"[:60]
        initial["audience"] = Audience.OWNER
    return _form(request, dataset, initial, None)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one of the actor's own."""
    actor: Actor = request.actor
    found = queries.one(actor, pk)
    dataset = _dataset(actor, found.dataset)
    return _form(request, dataset, _initial(queries.content_of(found)), found)


def _form(
    request: HttpRequest, dataset: Dataset, initial: dict[str, Any], found: Definition | None
) -> HttpResponse:
    """GET asks, POST draws a preview or saves."""
    actor: Actor = request.actor
    posted = request.POST if request.method == "POST" else None
    form = ContentForm(posted, actor=actor, initial=initial, dataset=dataset)
    drawing, status = None, 200
    if posted is not None:
        status = 422
        if form.is_valid():
            try:
                content = form.content()
                drawing = queries.drawn(actor, dataset.code, content)
                if posted.get("do") != "preview":
                    return _saved(request, dataset, content, found)
                status = 200
            except Refusal as refusal:
                if refusal.status not in (409, 422):
                    raise
                status = refusal.status
                form.refuse(refusal)
    is_chart = isinstance(drawing, Chart)
    context = {
        "form": form,
        "dataset": dataset,
        "found": found,
        "chart": drawing if is_chart else None,
        "sheet": None if is_chart else drawing,
        "preview": ui.Action("预览", need="preview"),
        "version": posted.get("version", "") if posted else (found.version if found else ""),
        "cancel": reverse("charts-one", args=[found.pk]) if found else reverse("charts-new"),
    }
    return render(request, "components/chart_form.html", context, status=status)


def _saved(
    request: HttpRequest, dataset: Dataset, content: Content, found: Definition | None
) -> HttpResponse:
    actor: Actor = request.actor
    if found is None:
        union = Union.objects.within(actor.scope(EDIT_CHARTS)).filter(pk=actor.union_id).first()
        if union is None:
            raise Refusal("当前岗位没有所在工会。", remedy="请先在右上角选择岗位。")
        made = actions.save(union, by=actor, dataset=dataset.code, content=content)
        messages.success(request, f"已保存“{made.title}”。")
    else:
        version = request.POST.get("version", "")
        made = actions.change(
            found,
            by=actor,
            content=content,
            version=int(version) if version.isdecimal() else found.version,
        )
        messages.success(request, f"已保存为第 {made.number} 版，可以撤销。")
    return HttpResponseRedirect(reverse("charts-one", args=[made.pk]))


def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """A button of the page: undo, restore, stop, resume."""
    actor: Actor = request.actor
    found = queries.one(actor, pk)
    try:
        if verb == "undo":
            made = actions.undo(found, by=actor)
            done = f"已撤销，现在是第 {made.number} 版。"
        elif verb == "restore":
            number = request.POST.get("number", "")
            made = actions.restore(found, by=actor, number=int(number) if number.isdecimal() else 0)
            done = f"已恢复，现在是第 {made.number} 版。"
        elif verb == "stop":
            actions.stop(found, by=actor, reason=request.POST.get("reason", "")[:200])
            done = "已停用，别人不再看到。"
        elif verb == "resume":
            actions.resume(found, by=actor)
            done = "已恢复使用。"
        else:
            raise Missing("没有这个办理环节。")
        messages.success(request, done)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, str(refusal))
    mine = found.owner_id == actor.user_id or verb != "stop"
    address = reverse("charts-one", args=[found.pk]) if mine else reverse("charts")
    return HttpResponseRedirect(address)


def _dataset(actor: Actor, code: str) -> Dataset:
    found = DATASETS.get(code)
    if found is None:
        raise Missing("没有这个数据集。", remedy="请从“制作图形或报表”进入。")
    actor.require(found.permission)
    return found


def _datasets(actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "item": item,
            "dimensions": "、".join(field.title for field in item.dimensions),
            "figures": "、".join(field.title for field in item.figures),
        }
        for item in queries.readable(actor)
    ]


def _initial(content: Content) -> dict[str, Any]:
    rows = [*content.spec.rows, "", ""]
    return {
        "title": content.title,
        "kind": content.kind,
        "row1": rows[0],
        "row2": rows[1],
        "row3": rows[2],
        "across": content.spec.across,
        "figures": list(content.spec.figures),
        "only": "=".join(content.spec.only),
        "most": content.spec.most,
        "subtotals": content.spec.subtotals,
        "audience": content.audience,
    }
