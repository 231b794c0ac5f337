"""Matters (延期和撤并申请): the list, the record, the steps."""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.money import format_yuan
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
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.actions import matters as actions
from gonghui.systems.mobilization.founding.models.matters import Matter, MatterKind, MatterState
from gonghui.systems.mobilization.founding.resources.asking import ReasonForm, ReplyForm
from gonghui.systems.mobilization.founding.resources.ending import PROPERTY_TITLE, PropertyForm
from gonghui.systems.mobilization.founding.rules import matters as rules

TONES = {
    "submitted": "wait",
    "returned": "info",
    "approved": "good",
    "refused": "stop",
    "withdrawn": "idle",
}
HEADCOUNT = {"min_value": 0, "max_value": 1_000_000}
VOTE = ["decided_on", "due", "present", "agreed"]
STATED = (PROPERTY_TITLE, list(PropertyForm.base_fields), rules.PROPERTY_RULE)


class DelayForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.ASK_MATTER)
    delayed_to = DayField(label="延期至", help_text="届满之日起不超过六个月，每届只能延期一次。")
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class EndForm(PropertyForm):
    """The members' vote and the statement of property (财产清算)."""

    union = UnionField(label="工会", permission=permissions.ASK_MATTER)
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    decided_on = DayField(label="大会日期")
    due = forms.IntegerField(label="应到人数", min_value=1, max_value=1_000_000)
    present = forms.IntegerField(label="实到人数", **HEADCOUNT)
    agreed = forms.IntegerField(label="同意票", **HEADCOUNT)
    groups = [
        ("事项", ["union", "reason"]),
        ("会员（代表）大会表决", VOTE),
        STATED,
    ]


class MergeForm(EndForm):
    into = UnionField(label="并入工会")
    groups = [
        ("事项", ["union", "into", "reason"]),
        ("会员（代表）大会表决", VOTE),
        STATED,
    ]


class MendForm(PropertyForm):
    """What was returned, as it stands, to be mended; only what its kind asks for."""

    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    delayed_to = DayField(label="延期至")
    decided_on = DayField(label="大会日期")
    due = forms.IntegerField(label="应到人数", min_value=1, max_value=1_000_000)
    present = forms.IntegerField(label="实到人数", **HEADCOUNT)
    agreed = forms.IntegerField(label="同意票", **HEADCOUNT)
    field_order = ["reason", "delayed_to", *VOTE]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        record = kwargs.get("record")
        if record is not None and not kwargs.get("initial"):
            kwargs["initial"] = {name: getattr(record, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if record is not None:
            delay = record.kind == MatterKind.DELAY
            for name in [*VOTE, *PropertyForm.base_fields] if delay else ["delayed_to"]:
                del self.fields[name]


def vote(matter: Matter, actor: Actor) -> dict[str, Any] | None:
    return {"lines": matter.lines} if matter.lines else None


def waiting(matter: Matter, actor: Actor) -> bool:
    return matter.state == MatterState.SUBMITTED and actor.may(
        permissions.DECIDE_MATTER, matter.superior.path
    )


def _money(name: str) -> Any:
    return lambda matter: (
        "—" if getattr(matter, name) is None else format_yuan(getattr(matter, name))
    )


MATTERS = Resource(
    code="union-matters",
    title="延期和撤并申请",
    unit="件",
    model=Matter,
    view=permissions.VIEW_MATTERS,
    columns=(
        Column("receipt", "受理编号", kind="title"),
        Column("union__name", "工会"),
        Column("kind", "事项", choices=MatterKind),
        Column("state", "状态", kind="state", choices=MatterState, tones=TONES),
        Column("submitted_at", "提交时间", kind="datetime"),
        Column("superior__name", "上级工会", shown=False),
        Column("document", "批复文号", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=MatterState),
        Choice("kind", "事项", choices=MatterKind),
        Under(),
    ),
    sorts=(Sort("id", "提交先后"),),
    search=lambda rows, text, scope: rows.filter(union__name__contains=text),
    search_hint="工会名称",
    facts=(
        Facts(
            "申请",
            (
                ("工会", "union"),
                ("事项", "kind"),
                ("理由", "reason"),
                ("延期至", "delayed_to"),
                ("并入工会", "into"),
                ("上级工会", "superior"),
                ("提交人", "submitted_by_name"),
                ("提交时间", "submitted_at"),
            ),
        ),
        Facts(
            "财产说明",
            (
                ("货币资金", _money("property_cash")),
                ("实物资产", _money("property_assets")),
                ("负债", _money("property_debts")),
                ("经费审查或审计意见", "property_audit"),
                ("财产去向", "property_to"),
            ),
        ),
        Facts(
            "批复",
            (
                ("批复人", "decided_by_name"),
                ("批复时间", "decided_at"),
                ("批复文号", "document"),
                ("意见", "opinion"),
            ),
        ),
    ),
    sections=(Section("大会表决", "founding/lines.html", vote),),
    creates=(
        Step(actions.ask_delay, "delay", "申请延期换届", form=DelayForm, done="已提交上级工会。"),
        Step(
            actions.ask_merge,
            "merge",
            "申请合并",
            form=MergeForm,
            help="批复后会员和下级工会随之并入，经费财产归合并后的工会。",
            done="已提交上级工会。",
        ),
        Step(
            actions.ask_close,
            "close",
            "申请撤销",
            form=EndForm,
            help="还有会员或下级工会的不能撤销，请先办理转会或合并；经费财产由上级工会处置。",
            done="已提交上级工会。",
        ),
    ),
    steps=(
        Step(
            actions.approve,
            "approve",
            "同意",
            form=ReplyForm,
            shown=waiting,
            tone="primary",
            help="同意后立即生效：延期登记在届期上，合并或撤销登记在组织树上。",
            done="已同意，已生效。",
        ),
        Step(
            actions.send_back, "return", "退回补正", form=ReasonForm, shown=waiting, done="已退回。"
        ),
        Step(
            actions.refuse,
            "refuse",
            "不同意",
            form=ReasonForm,
            shown=waiting,
            tone="danger",
            done="已登记为不予同意。",
        ),
        Step(
            actions.mend,
            "mend",
            "补正后提交",
            form=MendForm,
            shown=lambda matter, actor: matter.state == MatterState.RETURNED,
            tone="primary",
            done="已重新提交。",
        ),
        Step(
            actions.withdraw,
            "withdraw",
            "撤回申请",
            shown=lambda matter, actor: matter.state in ("submitted", "returned"),
            done="已撤回。",
        ),
    ),
    related=("union", "superior", "into"),
    empty="还没有延期、合并或撤销的申请。",
)
