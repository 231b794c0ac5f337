"""Workers' wishes for the cadres who answer them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from gonghui.activities.census import permissions
from gonghui.activities.census.actions import wishes as actions
from gonghui.activities.census.models import Category, Wish, WishState
from gonghui.activities.census.models.wishes import Channel
from gonghui.activities.census.queries import wishes as queries
from gonghui.activities.census.rules import wishes as rules
from gonghui.activities.census.views.wishes import TONES
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Facts,
    Resource,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.kernel.ui import components as ui

OFFERED = 100


class RegisterForm(ActionForm):
    union = UnionField(label="向哪个工会提出", permission=permissions.HANDLE_WISHES)
    number = forms.CharField(label="会员号", max_length=12, help_text="提出心愿的职工的会员号。")
    category = forms.ChoiceField(label="类别", choices=[("", "请选择"), *Category.choices])
    title = forms.CharField(label="想要什么服务", max_length=60)
    detail = forms.CharField(
        label="具体需求",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    anonymous = forms.BooleanField(label="对其他职工匿名", required=False)


class ReplyForm(ActionForm):
    text = forms.CharField(
        label="答复",
        min_length=4,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="会公开显示为“我们听到了”，并通知关注这条心愿的职工。",
    )


class WordForm(ActionForm):
    text = forms.CharField(
        label="说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="会公开显示在进展里。",
    )


class FinishForm(WordForm):
    field_order = ["result_title", "result_url", "text"]
    result_title = forms.CharField(label="开出了什么服务", max_length=80)
    result_url = forms.CharField(
        label="服务链接",
        max_length=300,
        required=False,
        help_text="本平台页面（以 / 开头）或完整的网址。",
    )


class DeclineForm(ActionForm):
    reason = forms.CharField(
        label="理由",
        min_length=4,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="会公开显示，并通知关注这条心愿的职工。",
    )


class MergeForm(ActionForm):
    into = forms.TypedChoiceField(
        label="合并到",
        coerce=int,
        help_text="支持者一并计入，同一人只计一票。最相似的排在前面。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(queries.merge_targets(self.record, self.actor)[:OFFERED])
        found.sort(key=lambda wish: -rules.similarity(self.record.title, wish.title))
        self.fields["into"].choices = [("", "请选择")] + [
            (wish.pk, f"{wish.title}（{wish.votes} 人支持）") for wish in found
        ]


class HideForm(ActionForm):
    reason = forms.CharField(
        label="理由",
        min_length=4,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="会告诉提出人。",
    )


class ShowForm(ActionForm):
    reason = forms.CharField(label="理由", min_length=4, max_length=200)


def _waits(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("late", "逾期未答复"), ("waiting", "还没有答复"), ("hidden", "已隐藏")]


def _narrow(rows: QuerySet, value: str) -> QuerySet:
    if value == "hidden":
        return rows.filter(hidden_at__isnull=False)
    rows = rows.filter(answered_at=None, state=rules.NEW, hidden_at=None)
    return rows.filter(due_on__lt=timezone.localdate()) if value == "late" else rows


def _offered(verb: str) -> Any:
    return lambda record, actor: (
        record.state in rules.ALLOWED[verb]
        and record.hidden_at is None
        and (actor.person_id is None or actor.person_id != record.person_id)
    )


def _timeline(record: Wish, actor: Actor) -> list[ui.Event]:
    return [
        ui.Event(
            entry.at,
            entry.action_name,
            entry.actor_name,
            (entry.changes.get("said") or {}).get("after") or entry.reason,
        )
        for entry in queries.steps_taken(record)
    ]


def _hidden(record: Wish) -> str:
    return f"已隐藏：{record.hidden_reason}" if record.hidden_at else "显示"


WISHES = Resource(
    code="wishes",
    title="职工心愿",
    model=Wish,
    view=permissions.VIEW_WISHES,
    columns=(
        Column("title", "心愿", kind="title"),
        Column("category", "类别", choices=Category),
        Column("votes", "支持人数", kind="number"),
        Column("union__name", "提给"),
        Column("person_name", "提出人"),
        Column("state", "状态", kind="state", choices=WishState, tones=TONES),
        Column("due_on", "答复期限", kind="date"),
        Column("created_at", "提出时间", kind="datetime", shown=False),
        Column("answer_workdays", "答复用时（工作日）", kind="number", shown=False),
        Column("channel", "来源", choices=Channel, shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=WishState),
        Choice("category", "类别", choices=Category),
        Custom("wait", "答复情况", _waits, _narrow),
        Under(),
    ),
    sorts=(
        Sort("votes", "支持人数"),
        Sort("created_at", "提出时间"),
        Sort("due_on", "答复期限", descending=False),
    ),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="心愿标题",
    facts=(
        Facts(
            "心愿",
            (
                ("具体需求", "detail"),
                ("类别", "category"),
                ("提给", "union"),
                ("支持人数", "votes"),
                ("提出人", "person_name"),
                ("对其他职工匿名", "anonymous"),
                ("来源", "channel"),
                ("提出时间", "created_at"),
                ("答复期限", "due_on"),
                ("其他职工是否可见", _hidden),
            ),
        ),
        Facts(
            "办理",
            (
                ("我们听到了", "reply"),
                ("答复时间", "replied_at"),
                ("开出的服务", "result_title"),
                ("服务链接", "result_url"),
                ("合并到", "merged_into"),
            ),
        ),
    ),
    timeline=_timeline,
    creates=(
        Step(
            actions.register,
            "register",
            "登记线下心愿",
            RegisterForm,
            help="职工在窗口、走访或座谈中提出的心愿，代为登记后与网上的一样办理和答复。",
            done="已登记。",
        ),
    ),
    steps=(
        Step(
            actions.reply,
            "reply",
            "答复",
            ReplyForm,
            shown=_offered("reply"),
            tone="primary",
            done="已答复，并通知了关注的职工。",
        ),
        Step(actions.accept, "accept", "采纳", WordForm, shown=_offered("accept"), done="已采纳。"),
        Step(actions.start, "start", "开始办理", WordForm, shown=_offered("start")),
        Step(actions.finish, "finish", "办结", FinishForm, shown=_offered("finish")),
        Step(
            actions.merge,
            "merge",
            "合并到相同心愿",
            MergeForm,
            shown=_offered("merge"),
            done="已合并，支持者一并计入。",
        ),
        Step(actions.decline, "decline", "不予采纳", DeclineForm, shown=_offered("decline")),
        Step(
            actions.hide,
            "hide",
            "隐藏",
            HideForm,
            shown=lambda record, actor: (
                record.hidden_at is None and record.state in rules.ALLOWED["hide"]
            ),
            help="含个人信息、不实或不当内容的心愿可以隐藏。",
            tone="danger",
        ),
        Step(
            actions.show,
            "show",
            "恢复显示",
            ShowForm,
            shown=lambda record, actor: record.hidden_at is not None,
        ),
    ),
    export=permissions.EXPORT_WISHES,
    related=("union", "merged_into"),
    empty="还没有职工提出心愿。职工可以在服务大厅的“点菜单”里提出。",
)
