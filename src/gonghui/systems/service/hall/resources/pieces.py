"""Content of the halls for cadres: written, published by another, taken down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
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
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.service.hall.actions import pieces as actions
from gonghui.systems.service.hall.models import Piece
from gonghui.systems.service.hall.models.places import PieceKind, PieceState
from gonghui.systems.service.hall.permissions import DRAFT_PIECE, VIEW_PIECES
from gonghui.systems.service.hall.rules import pieces as rules

TONES = {"draft": "wait", "published": "good", "withdrawn": "idle"}
USUAL = timedelta(days=30)
FIELDS = ("title", "text", "link", "rank", "starts_on", "ends_on")


class PieceForm(ActionForm):
    """What it says, and how long."""

    title = forms.CharField(label="标题", max_length=40)
    text = forms.CharField(
        label="正文", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    link = forms.CharField(
        label="点开去哪里",
        max_length=200,
        required=False,
        help_text="本平台的页面，如 /hall/services/；留空则不能点开。",
    )
    rank = forms.IntegerField(
        label="顺序", min_value=1, max_value=99, initial=50, help_text="小的排在前面。"
    )
    starts_on = DayField(label="开始日期")
    ends_on = DayField(label="截止日期", help_text="过后自动不再显示，最长一年。")
    groups = [("内容", ["title", "text", "link"]), ("展示", ["rank", "starts_on", "ends_on"])]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["starts_on"].initial = today
        self.fields["ends_on"].initial = today + USUAL
        if self.record is not None:
            for name in FIELDS:
                self.fields[name].initial = getattr(self.record, name)


class DraftForm(PieceForm):
    """A new piece, with the union whose hall it is for."""

    union = UnionField(label="谁的大厅", permission=DRAFT_PIECE)
    kind = forms.ChoiceField(label="类别", choices=PieceKind.choices, initial=PieceKind.NOTICE)
    groups = [("位置", ["union", "kind"]), *PieceForm.groups]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["union"].initial = self.actor.union_name


class WithdrawForm(ActionForm):
    """Why it is taken down."""

    reason = forms.CharField(label="撤下理由", min_length=4, max_length=200)


def _in(verb: str) -> Callable[[Piece, Actor], bool]:
    return lambda piece, actor: piece.state in rules.ALLOWED[verb]


PIECES = Resource(
    code="hall-pieces",
    title="大厅内容",
    model=Piece,
    view=VIEW_PIECES,
    columns=(
        Column("title", "标题", kind="title"),
        Column("kind", "类别", kind="choice", choices=PieceKind),
        Column("union__name", "谁的大厅"),
        Column("state", "状态", kind="state", choices=PieceState, tones=TONES),
        Column("starts_on", "开始日期", kind="date"),
        Column("ends_on", "截止日期", kind="date"),
        Column("drafted_by", "编写人", shown=False),
        Column("published_by", "发布人", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=PieceState),
        Choice("kind", "类别", choices=PieceKind),
        Days("starts_on", "开始日期"),
        Under(),
    ),
    sorts=(Sort("drafted_at", "编写时间"), Sort("starts_on", "开始日期")),
    facts=(
        Facts(
            "内容",
            (
                ("谁的大厅", "union"),
                ("类别", "kind"),
                ("正文", "text"),
                ("点开去", "link"),
                ("顺序", "rank"),
                ("开始日期", "starts_on"),
                ("截止日期", "ends_on"),
                ("编写人", "drafted_by"),
                ("发布人", "published_by"),
                ("发布时间", "published_at"),
                ("撤下理由", "ended_reason"),
            ),
        ),
    ),
    creates=(
        Step(
            actions.draft,
            "draft",
            "编写内容",
            DraftForm,
            help="保存后进入本工会审批人的待办，发布后在本级和下级大厅显示。",
            done="已保存，等待发布。",
        ),
    ),
    steps=(
        Step(
            actions.publish,
            "publish",
            "发布",
            shown=_in("publish"),
            tone="primary",
            help="从开始日期起，在这个大厅和下级大厅的首页显示。",
            done="已发布。",
        ),
        Step(actions.edit, "edit", "修改", PieceForm, shown=_in("edit"), done="已修改。"),
        Step(
            actions.withdraw,
            "withdraw",
            "撤下",
            WithdrawForm,
            shown=_in("withdraw"),
            tone="danger",
            done="已撤下。",
        ),
    ),
    related=("union",),
    empty="还没有大厅内容。编写横幅或通知，发布后显示在大厅首页。",
)
