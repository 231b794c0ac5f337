"""Registers of the telephone: calls, shifts, scripts; what the bot was asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from gonghui.engines.casework import listing
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.rights.feedback import permissions as may
from gonghui.systems.rights.feedback.actions import shifts
from gonghui.systems.rights.feedback.models import (
    Asked,
    AskedState,
    Call,
    CallState,
    Script,
    Shift,
)
from gonghui.systems.rights.feedback.queries.texts import without_names
from gonghui.systems.rights.feedback.rules.calls import span_words
from gonghui.systems.rights.feedback.rules.topics import TOPICS
from gonghui.systems.rights.feedback.views.forms import area

TONES = {
    "waiting": "wait",
    "talking": "info",
    "holding": "wait",
    "ended": "good",
    "missed": "stop",
    "unknown": "idle",
}


class ReasonForm(ActionForm):
    reason = forms.CharField(label="理由", max_length=200)


class ShiftForm(ActionForm):
    union = UnionField(label="工会", permission=may.MANAGE_SHIFTS)
    user_id = forms.IntegerField(
        label="人员",
        widget=forms.TextInput(attrs={"data-pick": "/work/people/?", "autocomplete": "off"}),
    )
    seat = forms.CharField(label="座席工号", max_length=50)
    starts_at = forms.DateTimeField(
        label="上班时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    ends_at = forms.DateTimeField(
        label="下班时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )


class ScriptForm(ActionForm):
    union = UnionField(label="工会", permission=may.MANAGE_SHIFTS)
    topic = forms.ChoiceField(
        label="类别", choices=[("", "所有来电"), *TOPICS.items()], required=False
    )
    title = forms.CharField(label="名称", max_length=60)
    opening = area("开场", 2, 500)
    questions = area("必问事项", 6, 2000, help_text="每行一项。")
    closing = area("结束语", 2, 500, required=False)


def _links(record: Call, actor: Actor) -> dict[str, Any]:
    return {"links": [("打开通话", reverse("feedback:call", args=[record.pk]))]}


CALLS = Resource(
    code="calls",
    title="通话记录",
    unit="通",
    model=Call,
    view=may.VIEW_CALLS,
    seen=listing.apart("case__"),
    columns=(
        Column("key", "通话编号", kind="title"),
        Column("state", "状态", kind="state", choices=CallState, tones=TONES),
        Column("rang_at", "来电时间", kind="datetime"),
        Column("agent", "座席"),
        Column("waited", "等候", paint=span_words),
        Column("talked", "通话", paint=span_words),
        Column("transfers", "转接", kind="number", shown=False),
        Column("recording", "录音编号", shown=False),
        Column("case__number", "办件"),
        Column("imported", "补录", kind="flag", shown=False),
    ),
    filters=(Choice("state", "状态", choices=CallState), Under()),
    sorts=(Sort("rang_at", "来电时间"),),
    search=lambda rows, text, scope: rows.filter(key=text.strip()),
    search_hint="通话编号",
    facts=(
        Facts(
            "通话",
            (
                ("通话编号", "key"),
                ("来电时间", "rang_at"),
                ("接听时间", "answered_at"),
                ("结束时间", "ended_at"),
                ("座席", lambda record: record.agent or "—"),
                ("录音编号", lambda record: record.recording or "—"),
                ("回拨", lambda record: record.returned_by or "—"),
            ),
        ),
    ),
    sections=(Section("处理", "feedback/section_links.html", _links),),
    related=("union", "case"),
    empty="还没有通话。",
)

SHIFTS = Resource(
    code="shifts",
    title="热线排班",
    unit="班",
    model=Shift,
    view=may.VIEW_CALLS,
    columns=(
        Column("user_name", "姓名", kind="title"),
        Column("seat", "座席"),
        Column("starts_at", "上班", kind="datetime"),
        Column("ends_at", "下班", kind="datetime"),
        Column("ended", "取消", kind="flag"),
        Column("union__name", "工会"),
    ),
    filters=(Under(),),
    sorts=(Sort("starts_at", "上班时间"),),
    search=lambda rows, text, scope: rows.filter(seat=text.strip()),
    search_hint="座席工号",
    facts=(
        Facts(
            "班次",
            (
                ("姓名", "user_name"),
                ("座席", "seat"),
                ("上班", "starts_at"),
                ("下班", "ends_at"),
                ("工会", "union"),
            ),
        ),
    ),
    creates=(Step(shifts.plan, "plan", "排班", ShiftForm, done="已排班。"),),
    steps=(
        Step(
            shifts.cancel,
            "cancel",
            "取消班次",
            ReasonForm,
            shown=lambda record, actor: not record.ended,
            tone="danger",
            done="已取消。",
        ),
    ),
    related=("union", "user"),
    empty="还没有排班。",
)

SCRIPTS = Resource(
    code="scripts",
    title="热线话术",
    unit="条",
    model=Script,
    view=may.VIEW_CALLS,
    columns=(
        Column("title", "名称", kind="title"),
        Column("topic", "类别", paint=lambda code: TOPICS.get(code, "所有来电")),
        Column("union__name", "工会"),
        Column("ended_on", "停用日期", kind="date"),
    ),
    filters=(Under(),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="名称",
    facts=(
        Facts(
            "话术",
            (
                ("类别", lambda record: TOPICS.get(record.topic, "所有来电")),
                ("开场", "opening"),
                ("必问事项", "questions"),
                ("结束语", lambda record: record.closing or "—"),
                ("停用日期", "ended_on"),
            ),
        ),
    ),
    creates=(
        Step(
            shifts.write,
            "write",
            "编写话术",
            ScriptForm,
            help="同一类别的旧话术随即停用。",
            done="已编写，接听时显示。",
        ),
    ),
    steps=(
        Step(
            shifts.end,
            "end",
            "停用",
            ReasonForm,
            shown=lambda record, actor: record.ended_on is None,
            tone="danger",
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有话术。",
)

ASKED = Resource(
    code="asked",
    title="智能问答记录",
    unit="次",
    model=Asked,
    view=may.VIEW_ASKED,
    seen=listing.apart("case__"),
    columns=(
        Column("at", "时间", kind="datetime"),
        Column(
            "state",
            "处理",
            kind="state",
            choices=AskedState,
            tones={"answered": "good", "handed": "wait", "crisis": "stop"},
        ),
        Column("article_version__title", "引用的知识"),
        Column("score", "相关度", kind="number"),
        Column("by", "来源", shown=False),
        Column("helpful", "有帮助", kind="flag"),
        Column("case__number", "办件"),
    ),
    filters=(Choice("state", "处理", choices=AskedState),),
    sorts=(Sort("at", "时间"),),
    facts=(
        Facts(
            "问答",
            (
                ("时间", "at"),
                ("问题", lambda record: without_names(record.question.reveal(), record.case)),
                ("处理", "state"),
                (
                    "引用的知识",
                    lambda record: record.article_version.title if record.article_version else "—",
                ),
                ("办件", lambda record: record.case.number if record.case else "—"),
            ),
        ),
    ),
    related=("article_version", "case"),
    empty="还没有人提问。",
)
