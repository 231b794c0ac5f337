"""Change requests (变更申请): the list, the comparison and the steps."""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union, UnionKind
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
from gonghui.kernel.resource.forms import ActionForm, CodeField, DayField, UnionField
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import changes as actions
from gonghui.systems.mobilization.membership.actions.evidence import EVIDENCE
from gonghui.systems.mobilization.membership.models.changes import OPEN, ChangeState, UnionChange
from gonghui.systems.mobilization.membership.queries.changes import may_decide, search_changes
from gonghui.systems.mobilization.membership.queries.evidence import evidence_of
from gonghui.systems.mobilization.membership.queries.unions import profile_of
from gonghui.systems.mobilization.membership.rules import changes as rules

TONES = {
    "submitted": "wait",
    "returned": "info",
    "approved": "good",
    "rejected": "stop",
    "withdrawn": "idle",
}


class ChangeForm(ActionForm):
    """What shall change: only the filled-in items are asked for."""

    name = forms.CharField(label="工会名称", max_length=120, required=False)
    uscc = forms.CharField(label="统一社会信用代码", max_length=25, required=False)
    parent = UnionField(label="上级工会", superiors=True, required=False)
    kind = forms.ChoiceField(
        label="工会类型", choices=[("", "不变更"), *UnionKind.choices], required=False
    )
    industry = CodeField("industry", label="行业", required=False)
    chair = forms.CharField(label="工会主席", max_length=50, required=False)
    effective_on = DayField(label="生效日期", help_text="不能晚于今天。")
    reason = forms.CharField(
        label="变更理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    evidence = forms.FileField(
        label="证明材料",
        help_text=f"{EVIDENCE.accepted}，不超过 20 MB。如更名通知、选举结果批复、登记证书。",
    )
    groups = [
        ("变更后的内容", list(rules.ITEMS), "只填写需要变更的项目，其余留空。"),
        ("依据", ["effective_on", "reason", "evidence"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        union = self.union()
        if union is None:
            return
        now = {
            "name": union.name,
            "uscc": union.uscc,
            "parent": union.parent.name if union.parent else "",
            "kind": union.get_kind_display(),
            "industry": UnionChange().shown("industry", {"industry": union.industry}),
            "chair": profile_of(union).chair_name,
        }
        for field, value in now.items():
            self.fields[field].help_text = f"现为：{value or '（空）'}"

    def union(self) -> Union | None:
        return self.record


class MendForm(ChangeForm):
    """A returned request, filled in as it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].required = False
        self.fields[
            "evidence"
        ].help_text = f"已有的材料仍然有效；需要补充时再选。{EVIDENCE.accepted}。"
        if self.record is None or self.is_bound:
            return
        asked = {**self.record.after}
        if "parent" in asked:
            asked["parent"] = self.record.titles.get(str(asked["parent"]), "")
        earlier = {
            **asked,
            "effective_on": self.record.effective_on,
            "reason": self.record.reason,
        }
        self.initial = {**earlier, **self.initial}

    def union(self) -> Union | None:
        return self.record.union if self.record is not None else None


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="意见", min_length=4, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ApproveForm(ActionForm):
    document = forms.CharField(
        label="批复文号", max_length=80, required=False, help_text="如：蜀工办〔2026〕12号"
    )
    opinion = forms.CharField(
        label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


def comparison(change: UnionChange, actor: Actor) -> dict[str, Any]:
    return {"lines": change.comparison()}


def proofs(change: UnionChange, actor: Actor) -> dict[str, Any]:
    return {"files": evidence_of(change)}


def decidable(change: UnionChange, actor: Actor) -> bool:
    return may_decide(change, actor)


def returned(change: UnionChange, actor: Actor) -> bool:
    return change.state == ChangeState.RETURNED


def undecided(change: UnionChange, actor: Actor) -> bool:
    return change.state in OPEN


CHANGES = Resource(
    code="union-changes",
    title="变更申请",
    unit="件",
    model=UnionChange,
    view=permissions.VIEW_CHANGES,
    columns=(
        Column("receipt", "受理编号", kind="title"),
        Column("union__name", "工会"),
        Column("state", "状态", kind="state", choices=ChangeState, tones=TONES),
        Column("effective_on", "生效日期", kind="date"),
        Column("submitted_at", "提交时间", kind="datetime"),
        Column("submitted_by_name", "申请人"),
        Column("decider__name", "审批工会", shown=False),
        Column("decided_by_name", "审批人", shown=False),
        Column("decided_at", "办理时间", kind="datetime", shown=False),
        Column("document", "批复文号", shown=False),
    ),
    filters=(Choice("state", "状态", choices=ChangeState), Under()),
    sorts=(Sort("id", "提交先后"), Sort("effective_on", "生效日期")),
    search=search_changes,
    search_hint="受理编号或工会名称",
    facts=(
        Facts(
            "申请",
            (
                ("受理编号", "receipt"),
                ("工会", "union"),
                ("生效日期", "effective_on"),
                ("变更理由", "reason"),
                ("申请人", "submitted_by_name"),
                ("提交时间", "submitted_at"),
            ),
        ),
        Facts(
            "审批",
            (
                ("审批工会", "decider"),
                ("审批人", "decided_by_name"),
                ("办理时间", "decided_at"),
                ("批复文号", "document"),
                ("意见", "opinion"),
            ),
        ),
    ),
    sections=(
        Section("变更前后对照", "membership/changes/comparison.html", comparison),
        Section("证明材料", "membership/changes/evidence.html", proofs),
    ),
    steps=(
        Step(
            actions.approve,
            "approve",
            "同意变更",
            form=ApproveForm,
            shown=decidable,
            tone="primary",
            help="同意后立即按生效日期办理，组织历史随之更新。",
            done="已同意，变更已生效。",
        ),
        Step(
            actions.send_back,
            "return",
            "退回补正",
            form=ReasonForm,
            shown=decidable,
            done="已退回，对方会收到消息和待办。",
        ),
        Step(
            actions.reject,
            "reject",
            "不予同意",
            form=ReasonForm,
            shown=decidable,
            tone="danger",
            done="已登记为不予同意，对方会收到消息。",
        ),
        Step(
            actions.mend,
            "mend",
            "补正后提交",
            form=MendForm,
            shown=returned,
            tone="primary",
            done=lambda change: f"已重新提交，由“{change.decider.name}”审批。",
        ),
        Step(
            actions.withdraw,
            "withdraw",
            "撤回申请",
            shown=undecided,
            done="已撤回申请。",
        ),
    ),
    related=("union", "decider"),
    empty="还没有变更申请。可在工会档案页提交。",
)
