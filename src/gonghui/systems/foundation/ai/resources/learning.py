"""Corrections, and records of judged texts."""

from __future__ import annotations

from django import forms
from django.utils.html import format_html

from gonghui.engines.casework.actions.telling import link_of
from gonghui.engines.language.actions import danger
from gonghui.engines.language.actions import learning as actions
from gonghui.engines.language.models import (
    LABELS,
    Correction,
    CorrectionState,
    Outcome,
    Record,
    Source,
)
from gonghui.engines.language.permissions import (
    CORRECT,
    EXPORT_RECORDS,
    VIEW_CORRECTIONS,
    VIEW_RECORDS,
)
from gonghui.engines.language.rules import crisis
from gonghui.engines.language.rules.masking import masked
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
from gonghui.systems.foundation.ai.queries import crises
from gonghui.systems.foundation.ai.queries.channels import CHANNELS

TONES = {
    CorrectionState.NEW: "wait",
    CorrectionState.ACCEPTED: "info",
    CorrectionState.REJECTED: "stop",
    CorrectionState.LEARNED: "good",
}


class CorrectForm(ActionForm):
    union = UnionField(label="工会", permission=CORRECT)
    text = forms.CharField(
        label="文本", max_length=4_000, widget=forms.Textarea(attrs={"rows": 6, "data-private": ""})
    )
    label = forms.ChoiceField(label="正确类别", choices=LABELS)
    reason = forms.CharField(label="理由", max_length=200, required=False)


class OpinionForm(ActionForm):
    opinion = forms.CharField(label="意见", max_length=200, required=False)


class RejectForm(ActionForm):
    opinion = forms.CharField(label="意见", min_length=2, max_length=200)


class SettleForm(ActionForm):
    text = forms.CharField(
        label="怎样联系到本人、情况如何",
        min_length=danger.SHORTEST,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-private": ""}),
    )


def _settled(row: Record) -> str:
    if not row.crisis:
        return ""
    if row.settled_at is not None:
        return f"{row.settled_by}：{row.settled_note}"
    by_case = row.source == Source.CASE and row.pk not in crises.waiting([row])
    return "随办件处置" if by_case else "待处置"


def _case(row: Record) -> str:
    """The case the words stand in, to be opened by who may see it."""
    found = crises.case_of(row) if row.crisis else None
    return format_html('<a href="{}">{}</a>', link_of(found), found.number) if found else ""


def _decidable(row: Correction, actor) -> bool:
    return row.state == CorrectionState.NEW and row.by_id != actor.user_id


CORRECTIONS = Resource(
    code="language-corrections",
    title="分类纠正",
    model=Correction,
    view=VIEW_CORRECTIONS,
    columns=(
        Column("id", "编号", kind="title"),
        Column("suggested", "建议类别", paint=lambda value: dict(LABELS).get(value, value)),
        Column("label", "正确类别", paint=lambda value: dict(LABELS).get(value, value)),
        Column("state", "状态", kind="state", choices=CorrectionState, tones=TONES),
        Column("by_name", "纠正人"),
        Column("at", "纠正时间", kind="datetime"),
        Column("learned_in", "学入模型", kind="number"),
        Column("union__name", "工会", shown=False),
    ),
    filters=(Choice("state", "状态", choices=CorrectionState), Days("at", "时间"), Under()),
    sorts=(Sort("at", "纠正时间"),),
    facts=(
        Facts(
            "纠正",
            (
                ("文本（去标识化）", lambda row: masked(row.text.reveal())),
                ("建议类别", lambda row: row.get_suggested_display()),
                ("把握", lambda row: f"{100 * row.share:.0f}%"),
                ("正确类别", lambda row: row.get_label_display()),
                ("理由", "reason"),
                ("判断时的模型", lambda row: f"第 {row.model_number} 版"),
                ("纠正人", "by_name"),
                ("纠正时间", "at"),
                ("审核人", "decided_by"),
                ("审核意见", "opinion"),
                ("学入模型", lambda row: f"第 {row.learned_in} 版" if row.learned_in else ""),
            ),
        ),
    ),
    creates=(
        Step(
            actions.correct,
            "correct",
            "纠正一条",
            CorrectForm,
            help="另一人审核采纳后，下次训练时学习。",
            done="已提交，等待审核。",
        ),
    ),
    steps=(
        Step(
            actions.accept,
            "accept",
            "采纳",
            OpinionForm,
            shown=_decidable,
            tone="primary",
            done="已采纳，下次训练时学习。",
        ),
        Step(actions.reject, "reject", "不采纳", RejectForm, shown=_decidable, done="未采纳。"),
    ),
    related=("union",),
    empty="还没有人纠正过分类。",
)

RECORDS = Resource(
    code="language-records",
    title="文本分析记录",
    model=Record,
    view=VIEW_RECORDS,
    columns=(
        Column("id", "编号", kind="title"),
        Column("source", "来源", choices=Source),
        Column("label", "类别", paint=lambda value: dict(LABELS).get(value, value)),
        Column("sure", "有把握", kind="flag"),
        Column("crisis", "危机", paint=lambda value: crisis.KINDS.get(value, "")),
        Column("outcome", "答复结果", choices=Outcome),
        Column("city", "提到的地点"),
        Column("at", "时间", kind="datetime"),
        Column("union__name", "工会", shown=False),
    ),
    filters=(
        Choice("source", "来源", choices=Source),
        Choice("outcome", "答复结果", choices=Outcome),
        Days("at", "时间"),
        Under(),
    ),
    sorts=(Sort("at", "时间"),),
    facts=(
        Facts(
            "判断",
            (
                ("来源", "source"),
                ("渠道", lambda row: CHANNELS.get(row.channel, "其他")),
                ("办件", _case),
                ("类别", lambda row: row.get_label_display()),
                ("把握", lambda row: f"{100 * row.share:.0f}%"),
                ("危机", lambda row: crisis.KINDS.get(row.crisis, "无")),
                ("关键词", lambda row: "、".join(row.keywords)),
                ("提到的地点", "city"),
                ("答复结果", lambda row: row.get_outcome_display()),
                ("引用条目", "article"),
                ("含诱导指令", lambda row: "是" if row.injected else "否"),
                ("模型", lambda row: f"第 {row.model_number} 版"),
                (
                    "提问（去标识化）",
                    lambda row: masked(row.text.reveal()) if row.text is not None else "",
                ),
                ("危机处置", _settled),
                ("时间", "at"),
            ),
        ),
    ),
    steps=(
        Step(
            danger.settle,
            "settle",
            "记录处置",
            SettleForm,
            shown=lambda row, actor: bool(row.crisis) and row.settled_at is None,
            tone="primary",
            help="联系到本人后写下经过，待办随之办结。",
            done="已记录处置。",
        ),
    ),
    export=EXPORT_RECORDS,
    related=("union",),
    empty="还没有分析过来文。",
)
