"""Corrections (信息变更): the list, both values side by side, and deciding as steps."""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import corrections as actions
from gonghui.systems.mobilization.membership.models.corrections import (
    Correction,
    CorrectionState,
)
from gonghui.systems.mobilization.membership.queries.corrections import changes, evidence_of
from gonghui.systems.mobilization.membership.rules import corrections as rules
from gonghui.systems.mobilization.membership.views.correction_forms import (
    FactsForm,
    IdentityForm,
)

TONES = {
    CorrectionState.REQUESTED: "wait",
    CorrectionState.APPROVED: "good",
    CorrectionState.REFUSED: "stop",
    CorrectionState.WITHDRAWN: "idle",
}


class OpinionForm(ActionForm):
    opinion = forms.CharField(label="意见", max_length=200, required=False)


class RefusalForm(ActionForm):
    reason = forms.CharField(label="理由", max_length=200, help_text="会告知会员本人。")


def _comparison(correction: Correction, actor: Actor) -> dict[str, Any]:
    return {"changes": changes(correction), "files": evidence_of(correction)}


def _open(correction: Correction, actor: Actor) -> bool:
    return correction.state == CorrectionState.REQUESTED


CORRECTIONS = Resource(
    code="corrections",
    title="信息变更申请",
    unit="件",
    model=Correction,
    view=permissions.VIEW_CORRECTIONS,
    columns=(
        Column("name", "姓名", kind="title"),
        Column("receipt", "受理编号"),
        Column("union__name", "所在工会"),
        Column("state", "状态", kind="state", choices=CorrectionState, tones=TONES),
        Column("requested_at", "申请时间", kind="datetime"),
        Column("due_on", "办理期限", kind="date"),
    ),
    filters=(
        Choice("state", "状态", choices=CorrectionState),
        Days("due_on", "办理期限"),
        Under(),
    ),
    sorts=(Sort("requested_at", "申请时间"), Sort("due_on", "办理期限", descending=False)),
    search=lambda rows, text, scope: (
        rows.filter(receipt=text.upper())
        if text[:2].upper() == actions.PREFIX
        else rows.filter(name__startswith=text)
    ),
    search_hint="姓名或受理编号",
    facts=(
        Facts(
            "申请",
            (
                ("受理编号", "receipt"),
                ("所在工会", "union"),
                ("变更原因", "reason"),
                ("申请人", "requested_by_name"),
                ("申请时间", "requested_at"),
                ("办理期限", "due_on"),
                ("审批人", "decided_by_name"),
                ("审批意见", "outcome"),
            ),
        ),
    ),
    sections=(Section("变更对照", "membership/corrections/compare.html", _comparison),),
    steps=(
        Step(
            actions.approve,
            "approve",
            "同意变更",
            form=OpinionForm,
            tone="primary",
            shown=_open,
            help=f"请先核对证明材料。{rules.RULE}。",
            done="已更正。",
        ),
        Step(
            actions.refuse,
            "refuse",
            "不同意变更",
            form=RefusalForm,
            tone="danger",
            shown=_open,
            done="已告知会员本人。",
        ),
        Step(actions.withdraw, "withdraw", "撤回申请", shown=_open, done="已撤回。"),
    ),
    related=("union",),
    empty="没有信息变更申请。姓名、证件号码等关键信息只能凭证明材料申请变更。",
)

STEPS = (
    Step(
        actions.change_facts,
        "facts",
        "更新一般信息",
        form=FactsForm,
        help="手机号码、学历等可以直接更新。姓名、证件等关键信息请“申请变更关键信息”。",
        done="已更新。",
    ),
    Step(
        actions.request,
        "correct",
        "申请变更关键信息",
        form=IdentityForm,
        help=f"{rules.RULE}。由审批人核对后生效。",
        done=lambda found: f"已提交，受理编号 {found.receipt}。",
    ),
)
"""The steps on a member's record."""
