"""Budgets and bills."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
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
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.media.short_messages import permissions
from gonghui.systems.media.short_messages.actions import money
from gonghui.systems.media.short_messages.models import Bill, Budget
from gonghui.systems.media.short_messages.models.money import BillState
from gonghui.systems.media.short_messages.resources.fields import ReasonForm, yuan_field
from gonghui.systems.media.short_messages.rules import billing


class BudgetForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.EDIT_BUDGETS)
    department = forms.CharField(label="部门", max_length=40)
    cap = yuan_field("每月上限（元）")
    warn_percent = forms.IntegerField(
        label="提醒比例（%）", min_value=10, max_value=100, initial=80
    )


class ChangeForm(ActionForm):
    cap = yuan_field("每月上限（元）")
    warn_percent = forms.IntegerField(label="提醒比例（%）", min_value=10, max_value=100)
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.record is not None:
            now = {
                "cap": Decimal(self.record.cap) / 1000,
                "warn_percent": self.record.warn_percent,
            }
            self.initial = {**now, **(self.initial or {})}


class CheckForm(ActionForm):
    statement = forms.CharField(
        label="运营商对账单",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text="每行写“通道名称：条数”。",
    )
    remark = forms.CharField(
        label="核对说明",
        required=False,
        max_length=200,
        help_text="数字不一致时写明原因。",
    )


def _months(budget: Budget, actor: Actor) -> dict[str, Any]:
    month = billing.month_of(timezone.localdate())
    billed, committed = money.used_of(budget, month)
    left = max(budget.cap - committed, 0)
    return {
        "month": month,
        "used": committed,
        "cap": budget.cap,
        "percent": min(100, committed * 100 // budget.cap) if budget.cap else 100,
        "stats": [
            ui.Stat("本月上限", billing.in_words(budget.cap)),
            ui.Stat("已用和已定", billing.in_words(committed)),
            ui.Stat("其中已计费", billing.in_words(billed)),
            ui.Stat("还可用", billing.in_words(left)),
        ],
    }


def _lines(bill: Bill, actor: Actor) -> dict[str, Any] | None:
    columns = [
        ui.Column("通道", "title"),
        ui.Column("单价", "number"),
        ui.Column("条数", "number"),
        ui.Column("金额", "number"),
        ui.Column("对方条数", "number"),
    ]
    theirs = bill.theirs or {}
    rows = [
        ui.Row(
            str(place),
            [
                line["route"],
                billing.in_words(line["price"]),
                f"{line['parts']:,}",
                billing.in_words(line["amount"]),
                f"{theirs[line['route']]:,}" if line["route"] in theirs else "—",
            ],
        )
        for place, line in enumerate(bill.lines)
    ]
    return {"table": ui.Table("账单明细", columns, rows)} if rows else None


BUDGETS = Resource(
    code="short-budgets",
    title="短信预算",
    unit="项",
    model=Budget,
    view=permissions.VIEW_BUDGETS,
    columns=(
        Column("department", "部门", kind="title"),
        Column("cap", "每月上限", paint=billing.in_words),
        Column("warn_percent", "提醒比例", paint=lambda value: f"{value}%"),
        Column("union__name", "工会"),
        Column("ended_at", "停用时间", kind="datetime"),
    ),
    filters=(Under(),),
    sorts=(Sort("id", "登记先后"),),
    search=lambda rows, text, scope: rows.filter(department__contains=text),
    search_hint="部门",
    facts=(
        Facts(
            "预算",
            (
                ("部门", "department"),
                ("每月上限", lambda record: billing.in_words(record.cap)),
                ("提醒比例", lambda record: f"{record.warn_percent}%"),
                ("工会", "union"),
                ("停用时间", "ended_at"),
            ),
        ),
    ),
    sections=(Section("本月", "short_messages/budget_part.html", _months),),
    creates=(
        Step(
            money.open_budget,
            "open",
            "设置预算",
            BudgetForm,
            help="每月用到上限后，这个部门的短信不再发出，紧急通知请先调整上限。",
            done="已设置。",
        ),
    ),
    steps=(
        Step(
            money.change_budget,
            "change",
            "调整",
            ChangeForm,
            shown=lambda record, actor: record.ended_at is None,
            done="已调整。",
        ),
        Step(
            money.end_budget,
            "end",
            "停用",
            ReasonForm,
            shown=lambda record, actor: record.ended_at is None,
            tone="danger",
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有短信预算。设置后部门才能发送。",
)

BILLS = Resource(
    code="short-bills",
    title="短信账单",
    unit="张",
    model=Bill,
    view=permissions.VIEW_BUDGETS,
    columns=(
        Column("budget__department", "部门", kind="title"),
        Column("month", "月份", paint=lambda value: f"{value.year}年{value.month}月"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=BillState,
            tones={"issued": "wait", "agreed": "good", "different": "stop"},
        ),
        Column("parts", "条数", kind="number"),
        Column("amount", "金额", paint=billing.in_words),
        Column("set_aside", "待查条数", kind="number"),
        Column("union__name", "工会"),
        Column("issued_at", "出账时间", kind="datetime"),
    ),
    filters=(Choice("state", "状态", choices=BillState), Under()),
    sorts=(Sort("month", "月份"),),
    facts=(
        Facts(
            "账单",
            (
                ("部门", lambda record: record.budget.department),
                ("月份", lambda record: f"{record.month.year}年{record.month.month}月"),
                ("条数", lambda record: f"{record.parts:,} 条"),
                ("金额", lambda record: billing.in_words(record.amount)),
                ("结果待查", lambda record: f"{record.set_aside:,} 条，未计费"),
                ("出账时间", "issued_at"),
                ("核对人", lambda record: record.checked_by or "—"),
                ("核对说明", lambda record: record.remark or "—"),
            ),
        ),
    ),
    sections=(Section("明细", "short_messages/table_part.html", _lines),),
    steps=(
        Step(
            money.check,
            "check",
            "核对",
            CheckForm,
            shown=lambda record, actor: record.state != BillState.AGREED,
            tone="primary",
            done="已核对。",
        ),
    ),
    export=permissions.EXPORT,
    related=("union", "budget"),
    empty="还没有账单。每月 2 日生成上月账单。",
)
