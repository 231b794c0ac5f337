"""Lists and records of drafts and of opinions on them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

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
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.rights.law import permissions as may
from gonghui.systems.rights.law.actions import legislation as actions
from gonghui.systems.rights.law.models import Bill, Comment, CommentState
from gonghui.systems.rights.law.models.legislation import BillState, Stance
from gonghui.systems.rights.law.rules import library as rules


class PrepareForm(ActionForm):
    union = UnionField(label="征集工会", permission=may.EDIT_BILLS)
    title = forms.CharField(label="草案名称", max_length=120)
    issuer = forms.CharField(label="起草机关", max_length=100)
    about = forms.CharField(label="说明", max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
    text = forms.CharField(
        label="草案条文",
        max_length=rules.LARGEST,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="每条以“第几条”开头，章节行以 # 开头。",
    )
    opens_on = DayField(label="开始日期")
    closes_on = DayField(label="截止日期")


class DecideForm(ActionForm):
    state = forms.ChoiceField(
        label="采纳情况",
        choices=[item for item in CommentState.choices if item[0] != "waiting"],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="说明",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="没有全部采纳的必须写明理由，反馈时公布。",
    )


class ReportForm(ActionForm):
    feedback = forms.CharField(
        label="汇总说明",
        min_length=10,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="与每条意见的采纳情况一起公布，不显示提出人。",
    )


def to_summary(bill: Bill, actor: Actor) -> dict[str, Any]:
    return {"url": reverse("law-summary", args=[bill.pk]), "label": "意见汇总（可打印）"}


def _in(*states: str) -> Any:
    return lambda record, actor: record.state in states


BILLS = Resource(
    code="bills",
    title="参与立法",
    unit="部",
    model=Bill,
    view=may.VIEW_BILLS,
    columns=(
        Column("title", "草案", kind="title"),
        Column("issuer", "起草机关"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=BillState,
            tones={
                "preparing": "idle",
                "collecting": "info",
                "summing": "wait",
                "reported": "good",
            },
        ),
        Column("opens_on", "开始", kind="date"),
        Column("closes_on", "截止", kind="date"),
        Column("union__name", "征集工会"),
    ),
    filters=(Choice("state", "状态", choices=BillState), Under()),
    sorts=(Sort("id", "登记先后"), Sort("closes_on", "截止日期")),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="草案名称",
    facts=(
        Facts(
            "草案",
            (
                ("起草机关", "issuer"),
                ("说明", "about"),
                ("征集工会", "union"),
                ("开始日期", "opens_on"),
                ("截止日期", "closes_on"),
                ("条文", lambda bill: f"{bill.articles.count()} 条"),
                ("汇总说明", "feedback"),
            ),
        ),
    ),
    sections=(Section("意见", "law/section_link.html", to_summary),),
    creates=(
        Step(
            actions.prepare,
            "prepare",
            "登记征求意见稿",
            form=PrepareForm,
            done="已登记，核对条文后开始征集。",
        ),
    ),
    steps=(
        Step(
            actions.open_bill,
            "open",
            "开始征集",
            shown=_in("preparing"),
            tone="primary",
            done="已公开，从开始日期起可以提意见。",
        ),
        Step(
            actions.close_bill,
            "close",
            "转入汇总",
            shown=lambda bill, actor: (
                bill.state == "collecting" and bill.closes_on < timezone.localdate()
            ),
            tone="primary",
            done="已转入汇总，请逐条研究意见。",
        ),
        Step(
            actions.report,
            "report",
            "发布采纳反馈",
            form=ReportForm,
            shown=_in("summing"),
            tone="primary",
            done="已发布，并通知了提出意见的人。",
        ),
    ),
    related=("union",),
    empty="还没有立法意见征集。",
)

COMMENTS = Resource(
    code="law-comments",
    title="立法意见",
    model=Comment,
    view=may.VIEW_BILLS,
    columns=(
        Column("because", "意见", kind="title"),
        Column("bill__title", "草案"),
        Column("article__number", "条", kind="number"),
        Column("stance", "意见类型", choices=Stance),
        Column("of_union", "工会意见", kind="flag"),
        Column(
            "state",
            "采纳情况",
            kind="state",
            choices=CommentState,
            tones={
                "waiting": "wait",
                "adopted": "good",
                "partly": "info",
                "declined": "stop",
                "noted": "idle",
            },
        ),
        Column("union__name", "来自工会"),
    ),
    filters=(
        Choice("state", "采纳情况", choices=CommentState),
        Choice("stance", "意见类型", choices=Stance),
        Under(),
    ),
    sorts=(Sort("id", "提出先后"),),
    search=lambda rows, text, scope: rows.filter(because__contains=text),
    search_hint="意见内容",
    facts=(
        Facts(
            "意见",
            (
                ("草案", "bill"),
                ("条文", lambda item: item.article.text if item.article else "整部草案"),
                ("意见类型", "stance"),
                ("建议表述", "words"),
                ("理由", "because"),
                ("来自工会", "union"),
                ("提出时间", "made_at"),
            ),
        ),
        Facts("采纳", (("采纳情况", "state"), ("说明", "reason"), ("研究人", "decided_by"))),
    ),
    steps=(
        Step(
            actions.decide,
            "decide",
            "研究意见",
            form=DecideForm,
            shown=lambda item, actor: (
                item.bill.state in ("collecting", "summing")
                and actor.may(may.DECIDE_BILLS, item.bill.org_path)
            ),
            tone="primary",
            done="已登记采纳情况。",
        ),
    ),
    export=may.EXPORT_BILLS,
    related=("union", "bill", "article"),
    empty="还没有收到意见。",
)
