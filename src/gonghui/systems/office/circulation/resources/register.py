"""The register of numbers, marks of organs, templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import Choice, Column, Facts, Resource, Sort, Step, Under
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.office.circulation import permissions
from gonghui.systems.office.circulation.actions import drafting, register
from gonghui.systems.office.circulation.models import Number, PaperTemplate, Series
from gonghui.systems.office.circulation.models.outgoing import DocumentKind
from gonghui.systems.office.circulation.models.register import NumberState
from gonghui.systems.office.circulation.resources.outgoing import ReasonForm
from gonghui.systems.office.circulation.rules.kinds import CHOICES, KINDS


class SeriesForm(ActionForm):
    union = UnionField(label="发文机关", permission=permissions.EDIT_SERIES)
    prefix = forms.CharField(
        label="机关代字", max_length=12, help_text="如“皖工发”“皖工函”，不写年份和序号。"
    )
    use = forms.CharField(label="用于", max_length=60, required=False, help_text="如“下行文”。")
    kinds = forms.MultipleChoiceField(
        label="优先用于的文种",
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class TemplateForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.EDIT_TEMPLATES)
    name = forms.CharField(label="模板名称", max_length=60)
    kind = forms.ChoiceField(label="文种", choices=[("", "请选择"), *CHOICES])
    title = forms.CharField(label="标题", max_length=200)
    body = forms.CharField(
        label="正文", max_length=50_000, widget=forms.Textarea(attrs={"rows": 12})
    )


class TemplateEditForm(ActionForm):
    title = forms.CharField(label="标题", max_length=200)
    body = forms.CharField(
        label="正文", max_length=50_000, widget=forms.Textarea(attrs={"rows": 12})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            now = {"title": self.record.title, "body": self.record.body}
            self.initial = {**now, **(self.initial or {})}


def _open(record: Any, actor: Actor) -> bool:
    return record.ended_on is None


def _document(record: Number) -> Any:
    found = getattr(record, "document", None)
    if found is None:
        return "—"
    url = reverse("resource:outgoing:record", args=[found.pk])
    return format_html('<a href="{}">{}</a>', url, found.title)


NUMBERS = Resource(
    code="numbers",
    title="文号登记簿",
    unit="个",
    model=Number,
    view=permissions.VIEW_NUMBERS,
    columns=(
        Column("text", "发文字号", kind="title"),
        Column("title", "标题"),
        Column("union__name", "发文机关"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=NumberState,
            tones={"taken": "good", "voided": "stop"},
        ),
        Column("year", "年份", paint=str, shown=False),
        Column("serial", "序号", kind="number"),
        Column("taken_at", "取号时间", kind="datetime"),
        Column("taken_by", "签发人"),
        Column("reason", "作废原因", shown=False),
    ),
    filters=(Choice("state", "状态", choices=NumberState), Under(title="发文机关")),
    sorts=(Sort("taken_at", "取号时间"),),
    search=lambda rows, text, scope: rows.filter(text__contains=text),
    search_hint="发文字号",
    facts=(
        Facts(
            "文号",
            (
                ("发文字号", "text"),
                ("发文机关", "union"),
                ("公文", _document),
                ("取号时间", "taken_at"),
                ("签发人", "taken_by"),
                ("作废时间", "voided_at"),
                ("作废人", lambda record: record.voided_by or "—"),
                ("作废原因", lambda record: record.reason or "—"),
            ),
        ),
    ),
    export=permissions.EXPORT_OUTGOING,
    related=("union", "series", "document"),
    empty="还没有取过号。公文签发时在这里登记。",
)

SERIES = Resource(
    code="number-series",
    title="机关代字",
    unit="个",
    model=Series,
    view=permissions.VIEW_NUMBERS,
    columns=(
        Column("prefix", "机关代字", kind="title"),
        Column("use", "用于"),
        Column("union__name", "发文机关"),
        Column("ended_on", "停用日期", kind="date"),
    ),
    filters=(Under(title="发文机关"),),
    search=lambda rows, text, scope: rows.filter(prefix__contains=text),
    search_hint="代字",
    facts=(
        Facts(
            "代字",
            (
                ("机关代字", "prefix"),
                ("用于", lambda record: record.use or "—"),
                ("发文机关", "union"),
                (
                    "优先用于的文种",
                    lambda record: (
                        "、".join(KINDS[code].title for code in record.kinds) or "各文种"
                    ),
                ),
                ("停用日期", "ended_on"),
            ),
        ),
    ),
    creates=(
        Step(
            register.open_series, "open", "设置机关代字", SeriesForm, done="已设置，起草时可选用。"
        ),
    ),
    steps=(
        Step(
            register.end_series,
            "end",
            "停用",
            ReasonForm,
            shown=_open,
            tone="danger",
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有机关代字。设置后才能起草公文。",
)

TEMPLATES = Resource(
    code="paper-templates",
    title="公文模板",
    unit="个",
    model=PaperTemplate,
    view=permissions.VIEW_TEMPLATES,
    columns=(
        Column("name", "模板名称", kind="title"),
        Column("kind", "文种", choices=DocumentKind),
        Column("union__name", "工会"),
        Column("ended_on", "停用日期", kind="date"),
    ),
    filters=(Choice("kind", "文种", choices=DocumentKind), Under()),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="模板名称",
    facts=(
        Facts(
            "模板",
            (
                ("文种", "kind"),
                ("工会", "union"),
                ("标题", "title"),
                ("正文", "body"),
                ("停用日期", "ended_on"),
            ),
        ),
    ),
    creates=(
        Step(
            drafting.make_template,
            "make",
            "新建模板",
            TemplateForm,
            help="本工会和下级工会起草时都可以套用。",
            done="已新建。",
        ),
    ),
    steps=(
        Step(
            drafting.edit_template,
            "edit",
            "修改模板",
            TemplateEditForm,
            shown=_open,
            done="已修改。",
        ),
        Step(drafting.end_template, "end", "停用", shown=_open, tone="danger", done="已停用。"),
    ),
    related=("union",),
    empty="还没有模板。把常用的公文存成模板，起草时套用。",
)
