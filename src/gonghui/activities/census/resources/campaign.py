"""Census campaigns and quotas: lists, records and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from gonghui.activities.census import permissions
from gonghui.activities.census.actions import campaign as actions
from gonghui.activities.census.models import Campaign, CampaignState, Measure, Quota, Standing
from gonghui.activities.census.queries import campaign as queries
from gonghui.activities.census.rules import campaign as rules
from gonghui.activities.census.views.campaign import TONES
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField

MOST_FIELDS = 200
"""Subordinates above which quotas are pasted from a sheet only."""


class CampaignForm(ActionForm):
    groups = [
        ("活动", ["union", "title", "document", "note"]),
        ("时间", ["base_day", "starts_on", "ends_on"]),
        ("任务", ["measure", "target"]),
    ]
    union = UnionField(label="主办工会", permission=permissions.EDIT_CAMPAIGN, superiors=True)
    title = forms.CharField(label="名称", max_length=80)
    document = forms.CharField(label="文号", max_length=80, required=False)
    note = forms.CharField(
        label="工作要求", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    base_day = DayField(label="基准日", help_text="从这一天的在籍会员数起算净增，不晚于开始日期。")
    starts_on = DayField(label="开始日期")
    ends_on = DayField(label="结束日期")
    measure = forms.ChoiceField(
        label="计数口径",
        choices=[(code, f"{Measure(code).label}：{rules.FORMULAS[code]}") for code in Measure],
        widget=forms.RadioSelect,
        initial=Measure.GROWTH,
    )
    target = forms.IntegerField(label="总任务数（人）", min_value=1, max_value=100_000_000)


class AmendForm(CampaignForm):
    union = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.initial.setdefault(name, getattr(self.record, name, None))


class CloseForm(ActionForm):
    reason = forms.CharField(label="说明", required=False, max_length=200)


class SplitForm(ActionForm):
    """One number for each direct subordinate, or lines pasted from a sheet."""

    table = forms.CharField(
        label="从表格粘贴",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="可以从 Excel 复制“工会名称”和“任务数”两列粘贴到这里，会代替上面相同单位的数字。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unions = queries.subordinates_of(self.record.union_id)
        kept = {part.union_id: part.amount for part in queries.parts_of(self.record)}
        shown = self.unions if len(self.unions) <= MOST_FIELDS else []
        for union in shown:
            self.fields[f"u{union.pk}"] = forms.IntegerField(
                label=union.name,
                required=False,
                min_value=0,
                max_value=100_000_000,
                initial=kept.get(union.pk),
            )
        amount = f"本级任务 {self.record.amount:,} 人，已分解 {sum(kept.values()):,} 人。"
        listed = [f"u{union.pk}" for union in shown]
        self.groups = [("下级任务数（人）", listed, amount), ("批量填写", ["table"])]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        shares = {
            union.pk: values[f"u{union.pk}"]
            for union in self.unions
            if values.get(f"u{union.pk}") is not None
        }
        by_name = {union.name: union.pk for union in self.unions}
        for name, amount in self._pasted(values.get("table") or ""):
            if name in by_name:
                shares[by_name[name]] = amount
            else:
                self.add_error("table", f"“{name}”不是直接下级工会，请核对名称。")
        return {"shares": shares}

    def _pasted(self, text: str) -> list[tuple[str, int]]:
        try:
            return rules.read_shares(text)
        except Refusal as refusal:
            self.refuse(refusal)
            return []


class ExtendForm(ActionForm):
    deadline = DayField(label="新的期限")
    reason = forms.CharField(
        label="理由", min_length=4, max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


def _console_of(record: Campaign, actor: Actor) -> dict[str, Any] | None:
    if record.state == rules.DRAFT:
        return None
    return {
        "url": reverse("census-console", args=[record.pk, record.union_id]),
        "text": "各单位的进度、排名、趋势和催办都在看板上。",
        "label": "打开看板",
    }


def _quota_console(record: Quota, actor: Actor) -> dict[str, Any]:
    return {
        "url": actions.console(record),
        "text": queries.split_of(record).words if not record.union.is_grassroots else "",
        "label": "打开看板",
    }


def _in_state(verb: str) -> Any:
    return lambda record, actor: record.state in rules.ALLOWED[verb]


def _running(record: Quota, actor: Actor) -> bool:
    return queries.is_open(record.campaign)


def _may_split(record: Quota, actor: Actor) -> bool:
    return _running(record, actor) and not record.union.is_grassroots


def _may_extend(record: Quota, actor: Actor) -> bool:
    above = record.superior
    return (
        _running(record, actor)
        and above is not None
        and actor.may(permissions.EXTEND, above.org_path)
    )


CAMPAIGN_TONES = {"draft": "idle", "open": "info", "closed": "good", "archived": "idle"}

CAMPAIGNS = Resource(
    code="campaigns",
    title="普查活动",
    unit="个",
    model=Campaign,
    view=permissions.VIEW_CENSUS,
    columns=(
        Column("title", "名称", kind="title"),
        Column("union__name", "主办工会"),
        Column("document", "文号"),
        Column("state", "状态", kind="state", choices=CampaignState, tones=CAMPAIGN_TONES),
        Column("measure", "计数口径", choices=Measure),
        Column("target", "总任务数", kind="number"),
        Column("base_day", "基准日", kind="date", shown=False),
        Column("starts_on", "开始日期", kind="date"),
        Column("ends_on", "结束日期", kind="date"),
    ),
    filters=(
        Choice("state", "状态", choices=CampaignState),
        Days("starts_on", "开始日期"),
        Under(),
    ),
    sorts=(Sort("starts_on", "开始日期"), Sort("title", "名称", descending=False)),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="普查活动名称",
    facts=(
        Facts(
            "活动",
            (
                ("主办工会", "union"),
                ("文号", "document"),
                ("基准日", "base_day"),
                ("开始日期", "starts_on"),
                ("结束日期", "ends_on"),
                ("总任务数", lambda record: f"{record.target:,} 人"),
                ("计数口径", "measure"),
                ("计算公式", lambda record: rules.FORMULAS[record.measure]),
                ("工作要求", "note"),
            ),
        ),
    ),
    sections=(Section("进展", "census/go.html", _console_of),),
    creates=(
        Step(
            actions.create,
            "draft",
            "拟定普查活动",
            CampaignForm,
            done="已存为草稿，由审批人启动后下达任务。",
        ),
    ),
    steps=(
        Step(
            actions.open_campaign,
            "open",
            "启动普查",
            shown=_in_state("open"),
            help="启动后按基准日统计在籍会员，任务不能再改，可以逐级分解。",
            tone="primary",
            done="已启动，请在看板上分解任务。",
        ),
        Step(actions.amend, "amend", "修改草稿", AmendForm, shown=_in_state("amend")),
        Step(
            actions.close,
            "close",
            "结束普查",
            CloseForm,
            shown=_in_state("close"),
            help="结束时做最后一次统计，以后的数字不再变化。",
            tone="danger",
            done="已结束，看板保留最后一次统计。",
        ),
        Step(actions.archive, "archive", "归档", shown=_in_state("archive"), done="已归档。"),
    ),
    related=("union",),
    empty="还没有普查活动。先拟定一个，启动后把任务分解给下级工会。",
)


def _campaigns_offered(actor: Actor) -> Sequence[tuple[str, str]]:
    rows = Quota.objects.within(actor.scope(permissions.VIEW_CENSUS))
    found = rows.order_by("-campaign_id").values_list("campaign_id", "campaign__title").distinct()
    return [(str(pk), title) for pk, title in found[:60]]


def _of_campaign(rows: QuerySet, value: str) -> QuerySet:
    return rows.filter(campaign_id=int(value)) if value.isdecimal() else rows.none()


QUOTAS = Resource(
    code="quotas",
    title="普查任务",
    unit="个",
    model=Quota,
    view=permissions.VIEW_CENSUS,
    columns=(
        Column("union__name", "单位", kind="title"),
        Column("campaign__title", "普查活动"),
        Column("amount", "任务数", kind="number"),
        Column("base", "基准日在籍会员数", kind="number", shown=False),
        Column("in_ranks", "在籍会员数", kind="number", shown=False),
        Column("done", "完成数", kind="number"),
        Column("percent", "完成率（%）", kind="number"),
        Column("standing", "进度", kind="state", choices=Standing, tones=TONES),
        Column("deadline", "完成期限", kind="date"),
        Column("counted_at", "统计时间", kind="datetime", shown=False),
    ),
    filters=(
        Custom("campaign", "普查活动", _campaigns_offered, _of_campaign),
        Choice("standing", "进度", choices=Standing),
        Days("deadline", "完成期限"),
        Under(),
    ),
    sorts=(
        Sort("org_path", "组织顺序", descending=False),
        Sort("percent", "完成率"),
        Sort("amount", "任务数"),
        Sort("deadline", "完成期限", descending=False),
    ),
    search=lambda rows, text, scope: rows.filter(union__name__contains=text),
    search_hint="单位名称",
    facts=(
        Facts(
            "任务",
            (
                ("普查活动", "campaign"),
                ("单位", "union"),
                ("任务数", lambda record: f"{record.amount:,} 人"),
                ("完成期限", "deadline"),
                ("基准日在籍会员数", lambda record: f"{record.base:,} 人"),
                ("最近统计完成数", lambda record: f"{record.done:,} 人"),
                ("最近统计完成率", lambda record: f"{record.percent}%"),
                ("统计时间", "counted_at"),
            ),
        ),
    ),
    sections=(Section("进展", "census/go.html", _quota_console),),
    steps=(
        Step(
            actions.split,
            "split",
            "分解任务",
            SplitForm,
            shown=_may_split,
            help="只对直接下级下达；下级合计可以多于本级任务，少于本级任务时会提醒。",
            tone="primary",
            done=lambda quota: f"已下达。{queries.split_of(quota).words}",
        ),
        Step(
            actions.urge,
            "urge",
            "一键催办",
            shown=_may_split,
            help="给直接下级中滞后和逾期的单位各发一条消息和一件待办，同一单位每天最多一次。",
            done=lambda urged: f"已催办 {len(urged)} 个单位。",
        ),
        Step(
            actions.extend,
            "extend",
            "延长期限",
            ExtendForm,
            shown=_may_extend,
            help="该单位下级中期限更早的一并顺延。",
            done=lambda quota: f"期限已改为 {quota.deadline:%Y-%m-%d}。",
        ),
    ),
    export=permissions.EXPORT_QUOTAS,
    related=("campaign", "union", "superior"),
    empty="还没有下达到您单位的普查任务。",
)
