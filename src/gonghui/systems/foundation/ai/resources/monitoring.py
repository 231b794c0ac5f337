"""Sources, what they brought, and alert rules."""

from __future__ import annotations

import re

from django import forms

from gonghui.engines.language.models import LABELS
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.foundation.ai.actions import monitoring as actions
from gonghui.systems.foundation.ai.models import (
    AlertRule,
    FeedItem,
    FeedSource,
    ItemState,
    SourceState,
)
from gonghui.systems.foundation.ai.permissions import EDIT_FEEDS, EXPORT_ITEMS, VIEW_FEEDS

BLANK = [("", "不限")]


class SourceForm(ActionForm):
    union = UnionField(label="工会", permission=EDIT_FEEDS)
    title = forms.CharField(label="名称", max_length=60)
    address = forms.CharField(
        label="地址", max_length=300, help_text="公开的 RSS、Atom 或 JSON Feed 订阅地址。"
    )
    why = forms.CharField(label="用途", min_length=4, max_length=200)
    minutes = forms.IntegerField(label="间隔（分钟）", min_value=15, max_value=1_440, initial=60)


class ReasonForm(ActionForm):
    reason = forms.CharField(label="理由", min_length=4, max_length=200)


class OpinionForm(ActionForm):
    opinion = forms.CharField(label="意见", max_length=300, required=False)


class KeepForm(ActionForm):
    opinion = forms.CharField(
        label="处置意见", min_length=4, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class WordsField(forms.CharField):
    """Words with blanks or commas between; gives a list."""

    def clean(self, value: str) -> list[str]:
        text = super().clean(value)
        words = [word for word in re.split(r"[\s,，、;；]+", text) if word]
        if len(words) > 20 or any(len(word) > actions.LONGEST_WORD for word in words):
            raise forms.ValidationError(
                f"最多 20 个词，每个不超过 {actions.LONGEST_WORD} 个字，用逗号或空格隔开。"
            )
        return words


class RuleForm(ActionForm):
    union = UnionField(label="工会", permission=EDIT_FEEDS)
    title = forms.CharField(label="名称", max_length=60)
    all_words = WordsField(label="同时出现的词", max_length=200, required=False)
    any_words = WordsField(label="任一出现的词", max_length=200, required=False)
    label = forms.ChoiceField(label="类别", choices=[*BLANK, *LABELS], required=False)
    place = forms.CharField(label="地点", max_length=20, required=False)


SOURCE_TONES = {
    SourceState.WAITING: "wait",
    SourceState.ACTIVE: "good",
    SourceState.STOPPED: "idle",
}
SOURCES = Resource(
    code="feed-sources",
    title="信息源",
    unit="个",
    model=FeedSource,
    view=VIEW_FEEDS,
    columns=(
        Column("title", "名称", kind="title"),
        Column("state", "状态", kind="state", choices=SourceState, tones=SOURCE_TONES),
        Column("minutes", "间隔分钟", kind="number"),
        Column("read_at", "最近读取", kind="datetime"),
        Column("brought", "带来信息", kind="number"),
        Column("failures", "连续失败", kind="number", shown=False),
        Column("union__name", "工会", shown=False),
    ),
    filters=(Choice("state", "状态", choices=SourceState), Under()),
    sorts=(Sort("id", "登记先后"), Sort("title", "名称", descending=False)),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="名称",
    facts=(
        Facts(
            "信息源",
            (
                ("地址", "address"),
                ("用途", "why"),
                ("间隔", lambda row: f"{row.minutes} 分钟"),
                ("登记人", "asked_by"),
                ("最近读取", "read_at"),
                ("下次读取", "next_at"),
                ("连续失败", "failures"),
                ("失败原因", "failure"),
                ("带来信息", lambda row: f"{row.brought} 条"),
            ),
        ),
    ),
    creates=(
        Step(
            actions.add_source,
            "add",
            "登记信息源",
            SourceForm,
            tone="primary",
            help="只读公开的订阅地址；另一人启用后开始读取。",
            done="已登记，等待启用。",
        ),
    ),
    steps=(
        Step(
            actions.start,
            "start",
            "启用",
            shown=lambda row, actor: (
                row.state != SourceState.ACTIVE and row.asked_by_id != actor.user_id
            ),
            tone="primary",
            done="已启用。",
        ),
        Step(
            actions.stop,
            "stop",
            "停用",
            ReasonForm,
            shown=lambda row, actor: row.state == SourceState.ACTIVE,
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有登记信息源。",
)
ITEM_TONES = {
    ItemState.NEW: "info",
    ItemState.READ: "idle",
    ItemState.KEPT: "honour",
    ItemState.DROPPED: "idle",
}
ITEMS = Resource(
    code="feed-items",
    title="网络信息",
    model=FeedItem,
    view=VIEW_FEEDS,
    columns=(
        Column("title", "标题", kind="title"),
        Column("state", "状态", kind="state", choices=ItemState, tones=ITEM_TONES),
        Column("label", "类别", paint=lambda value: dict(LABELS).get(value, value)),
        Column("relevance", "相关程度", kind="number"),
        Column("alerts", "预警", paint=lambda value: "、".join(value or ())),
        Column("place", "地点"),
        Column("source__title", "信息源"),
        Column("published_at", "发布时间", kind="datetime"),
    ),
    filters=(
        Choice("state", "状态", choices=ItemState),
        Days("published_at", "发布时间"),
        Under(),
    ),
    sorts=(Sort("published_at", "发布时间"), Sort("relevance", "相关程度")),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts(
            "信息",
            (
                ("摘要", "summary"),
                ("链接", "link"),
                ("信息源", "source"),
                ("发布时间", "published_at"),
                ("发现时间", "found_at"),
                ("类别", lambda row: f"{row.get_label_display()}（把握 {100 * row.share:.0f}%）"),
                ("相关程度", "relevance"),
                ("关键词", lambda row: "、".join(row.keywords)),
                ("地点", "place"),
                ("预警", lambda row: "、".join(row.alerts)),
                ("出现次数", "copies"),
                ("处置人", "handled_by"),
                ("处置意见", "opinion"),
            ),
        ),
    ),
    steps=(
        Step(
            actions.keep,
            "keep",
            "列为重点",
            KeepForm,
            shown=lambda row, actor: row.state != ItemState.KEPT,
            tone="primary",
            done="已列为重点。",
        ),
        Step(
            actions.mark_read,
            "read",
            "标为已阅",
            shown=lambda row, actor: row.state == ItemState.NEW,
            done="已阅。",
        ),
        Step(
            actions.drop,
            "drop",
            "标为无关",
            OpinionForm,
            shown=lambda row, actor: row.state != ItemState.DROPPED,
            done="已标为无关。",
        ),
    ),
    export=EXPORT_ITEMS,
    related=("union", "source"),
    empty="信息源还没有带来与工会有关的信息。",
)
RULES = Resource(
    code="feed-rules",
    title="预警规则",
    model=AlertRule,
    view=VIEW_FEEDS,
    columns=(
        Column("title", "名称", kind="title"),
        Column("all_words", "同时出现", paint=lambda value: "、".join(value or ())),
        Column("any_words", "任一出现", paint=lambda value: "、".join(value or ())),
        Column("label", "类别", paint=lambda value: dict(LABELS).get(value, "")),
        Column("place", "地点"),
        Column("hits", "命中次数", kind="number"),
        Column("active", "使用中", kind="flag"),
    ),
    filters=(Under(),),
    sorts=(Sort("hits", "命中次数"), Sort("title", "名称", descending=False)),
    facts=(
        Facts(
            "规则",
            (
                ("同时出现", lambda row: "、".join(row.all_words)),
                ("任一出现", lambda row: "、".join(row.any_words)),
                ("类别", lambda row: row.get_label_display()),
                ("地点", "place"),
                ("命中次数", "hits"),
                ("修改人", "changed_by"),
                ("修改时间", "changed_at"),
            ),
        ),
    ),
    creates=(
        Step(actions.add_rule, "add", "增加预警规则", RuleForm, tone="primary", done="已增加。"),
    ),
    steps=(
        Step(
            actions.stop_rule,
            "stop",
            "停用",
            ReasonForm,
            shown=lambda row, actor: row.active,
            done="已停用。",
        ),
        Step(
            actions.resume_rule,
            "resume",
            "恢复使用",
            shown=lambda row, actor: not row.active,
            done="已恢复使用。",
        ),
    ),
    related=("union",),
    empty="还没有预警规则。",
)
