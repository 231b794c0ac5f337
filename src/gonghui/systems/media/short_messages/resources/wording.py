"""Templates, signatures and words."""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.kernel.resource.declaration import Choice, Column, Facts, Resource, Sort, Step, Under
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.media.short_messages import permissions
from gonghui.systems.media.short_messages.actions import wording
from gonghui.systems.media.short_messages.models import Keyword, Signature, TextTemplate
from gonghui.systems.media.short_messages.models.wording import Approval, WordAction
from gonghui.systems.media.short_messages.resources.fields import ReasonForm, counted_text
from gonghui.systems.media.short_messages.resources.sending import BULK, DecideForm
from gonghui.systems.media.short_messages.rules import categories, segments
from gonghui.systems.media.short_messages.rules import wording as rules

TONES = {
    "draft": "idle",
    "pending": "wait",
    "approved": "good",
    "refused": "stop",
    "ended": "idle",
}
CATEGORIES = [("", "请选择"), *BULK, ("service", "办事进展")]


class TemplateForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.EDIT_WORDING)
    name = forms.CharField(label="模板名称", max_length=60)
    category = forms.ChoiceField(label="类别", choices=CATEGORIES)
    body = counted_text()


class TemplateEditForm(ActionForm):
    category = forms.ChoiceField(label="类别", choices=CATEGORIES)
    body = counted_text()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.record is not None:
            now = {"category": self.record.category, "body": self.record.body}
            self.initial = {**now, **(self.initial or {})}


class SignatureForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.EDIT_WORDING)
    text = forms.CharField(
        label="签名", max_length=22, help_text="不写书名号，发送时自动加上，如“合肥市总工会”。"
    )
    ground = forms.CharField(
        label="使用依据", max_length=200, required=False, help_text="名称证明、授权文件等。"
    )


class WordForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.EDIT_BLACKLIST)
    text = forms.CharField(label="关键词", max_length=40)
    action = forms.ChoiceField(label="处理", choices=WordAction.choices, widget=forms.RadioSelect)

    variants = forms.CharField(
        label="变体",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="拼音、拆字、谐音等，一行一个；空格和标点不用写。",
    )


def _judged() -> tuple[tuple[str, Any], ...]:
    return (
        ("提交人", lambda record: record.asked_by or "—"),
        ("审核人", lambda record: record.decided_by or "—"),
        ("审核意见", lambda record: record.opinion or "—"),
    )


def _length(template: TextTemplate) -> str:
    return f"{segments.cut(rules.signed('签名四字', template.body, refusable=True)).count} 条起"


def _pending(record: Any, actor: Any) -> bool:
    return record.state == Approval.PENDING


def _in_use(record: Any, actor: Any) -> bool:
    return record.state != Approval.ENDED


TEMPLATES = Resource(
    code="short-templates",
    title="短信模板",
    unit="个",
    model=TextTemplate,
    view=permissions.VIEW_WORDING,
    columns=(
        Column("name", "模板名称", kind="title"),
        Column("category", "类别", paint=lambda value: categories.CATEGORIES[value].title),
        Column("state", "状态", kind="state", choices=Approval, tones=TONES),
        Column("body", "内容"),
        Column("union__name", "工会"),
    ),
    filters=(Choice("state", "状态", choices=Approval), Under()),
    sorts=(Sort("id", "登记先后"),),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="模板名称",
    facts=(
        Facts(
            "模板",
            (
                ("类别", "category"),
                ("内容", "body"),
                ("变量", lambda record: "、".join(rules.variables(record.body)) or "无"),
                ("条数", _length),
                ("工会", "union"),
            ),
        ),
        Facts("审核", _judged()),
    ),
    creates=(
        Step(
            wording.make_template,
            "make",
            "编写模板",
            TemplateForm,
            help="审核通过后，本工会和下级工会都可以使用。",
            done="已提交审核。",
        ),
    ),
    steps=(
        Step(
            wording.decide_template,
            "decide",
            "审核",
            DecideForm,
            shown=_pending,
            tone="primary",
            done="已审核。",
        ),
        Step(
            wording.edit_template,
            "edit",
            "修改",
            TemplateEditForm,
            shown=_in_use,
            help="修改后须重新审核。",
            done="已提交审核。",
        ),
        Step(wording.end_template, "end", "停用", shown=_in_use, tone="danger", done="已停用。"),
    ),
    related=("union",),
    empty="还没有模板。把常发的内容存成模板，发送时选用。",
)

SIGNATURES = Resource(
    code="short-signatures",
    title="短信签名",
    unit="个",
    model=Signature,
    view=permissions.VIEW_WORDING,
    columns=(
        Column("text", "签名", kind="title"),
        Column("state", "状态", kind="state", choices=Approval, tones=TONES),
        Column("ground", "使用依据"),
        Column("union__name", "工会"),
    ),
    filters=(Choice("state", "状态", choices=Approval), Under()),
    sorts=(Sort("id", "登记先后"),),
    facts=(
        Facts("签名", (("签名", str), ("使用依据", lambda r: r.ground or "—"), ("工会", "union"))),
        Facts("审核", _judged()),
    ),
    creates=(Step(wording.make_signature, "make", "申请签名", SignatureForm, done="已提交审核。"),),
    steps=(
        Step(
            wording.decide_signature,
            "decide",
            "审核",
            DecideForm,
            shown=_pending,
            tone="primary",
            done="已审核。",
        ),
        Step(wording.end_signature, "end", "停用", shown=_in_use, tone="danger", done="已停用。"),
    ),
    related=("union",),
    empty="还没有签名。每条短信都以签名开头，先申请一个。",
)

KEYWORDS = Resource(
    code="short-keywords",
    title="短信关键词",
    unit="个",
    model=Keyword,
    view=permissions.VIEW_BLACKLIST,
    columns=(
        Column("text", "关键词", kind="title"),
        Column(
            "action",
            "处理",
            kind="state",
            choices=WordAction,
            tones={"stop": "stop", "look": "wait"},
        ),
        Column("forms", "变体", paint="、".join),
        Column("union__name", "工会"),
        Column("added_by", "登记人", shown=False),
        Column("ended_at", "停用时间", kind="datetime"),
    ),
    filters=(Choice("action", "处理", choices=WordAction), Under()),
    sorts=(Sort("added_at", "登记时间"),),
    search=lambda rows, text, scope: rows.filter(text__contains=text),
    search_hint="关键词",
    facts=(
        Facts(
            "关键词",
            (
                ("处理", "action"),
                ("变体", lambda record: "、".join(record.forms) or "无"),
                ("适用", lambda record: f"{record.union.name}及下级工会"),
                ("登记人", "added_by"),
                ("登记时间", "added_at"),
                ("停用时间", "ended_at"),
            ),
        ),
    ),
    creates=(
        Step(
            wording.add_word,
            "add",
            "登记关键词",
            WordForm,
            help="含禁止词的内容不能提交；须审核的词在审核页标出。",
            done="已登记，立即生效。",
        ),
    ),
    steps=(
        Step(
            wording.end_word,
            "end",
            "停用",
            ReasonForm,
            shown=lambda record, actor: record.ended_at is None,
            tone="danger",
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有关键词。",
)
