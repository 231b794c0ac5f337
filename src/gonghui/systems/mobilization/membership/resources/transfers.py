"""Transfers (转会): the list both unions share, the record, and the stages as steps."""

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
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import transfers as actions
from gonghui.systems.mobilization.membership.models.transfers import (
    Lateness,
    Starter,
    Transfer,
    TransferState,
)
from gonghui.systems.mobilization.membership.queries.transfers import open_transfer
from gonghui.systems.mobilization.membership.rules import transfers as rules
from gonghui.systems.mobilization.membership.views.transfers import TONES, SendForm, progress


class CallForm(ActionForm):
    """Asking for a member kept elsewhere."""

    union = UnionField(label="转入工会", permission=permissions.CALL_MEMBER)
    name = forms.CharField(label="会员姓名", max_length=50)
    document_number = forms.CharField(
        label="证件号码", max_length=24, help_text="须填写完整号码，与姓名都相符才能提出。"
    )
    reason = forms.CharField(label="转入原因", max_length=200, help_text="如：已在本单位就业。")


class OpinionForm(ActionForm):
    """An opinion that may be left out."""

    opinion = forms.CharField(label="意见", max_length=200, required=False)


class RefusalForm(ActionForm):
    """Why not."""

    reason = forms.CharField(label="理由", max_length=200, help_text="会告知会员本人。")


class WithdrawalForm(ActionForm):
    """Why the request is taken back."""

    reason = forms.CharField(label="撤回原因", max_length=200, required=False)


def _progress_section(transfer: Transfer, actor: Actor) -> dict[str, Any]:
    return {"steps": progress(transfer)}


def _waits_for(state: TransferState) -> Any:
    return lambda record, actor: record.state == state


TRANSFERS = Resource(
    code="transfers",
    title="转会申请",
    unit="件",
    model=Transfer,
    view=permissions.VIEW_TRANSFERS,
    columns=(
        Column("name", "姓名", kind="title"),
        Column("receipt", "受理编号"),
        Column("number", "会员号", shown=False),
        Column("from_union__name", "转出工会"),
        Column("to_union__name", "转入工会"),
        Column("state", "状态", kind="state", choices=TransferState, tones=TONES),
        Column("lateness", "时限", choices=Lateness),
        Column("due_on", "办理期限", kind="date"),
        Column("starter", "提出方", choices=Starter, shown=False),
        Column("requested_at", "申请时间", kind="datetime", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=TransferState),
        Choice("lateness", "时限", choices=Lateness),
        Choice("starter", "提出方", choices=Starter),
        Days("due_on", "办理期限"),
        Under(title="当前办理工会"),
    ),
    sorts=(Sort("requested_at", "申请时间"), Sort("due_on", "办理期限", descending=False)),
    search=lambda rows, text, scope: (
        rows.filter(receipt=text.upper())
        if text[:2].upper() == actions.PREFIX
        else rows.filter(name__startswith=text) | rows.filter(number=text)
    ),
    search_hint="姓名、会员号或受理编号",
    facts=(
        Facts(
            "转会",
            (
                ("受理编号", "receipt"),
                ("转出工会", "from_union"),
                ("转入工会", "to_union"),
                ("转会原因", "reason"),
                ("提出方", "starter"),
                ("申请人", "requested_by_name"),
                ("申请时间", "requested_at"),
                ("当前办理工会", "union"),
                ("办理期限", "due_on"),
                ("时限", "lateness"),
                ("共同上级工会", "superior"),
                ("办理意见", "outcome"),
            ),
        ),
        Facts(
            "会员",
            (("姓名", "name"), ("会员号", "number"), ("证件号码", "document_mask")),
        ),
    ),
    sections=(Section("进度", "membership/transfers/progress.html", _progress_section),),
    creates=(
        Step(
            actions.call,
            "call",
            "提出转入",
            form=CallForm,
            help="会员已到本单位工作、会籍还在原工会的，由本工会提出；原工会同意后再由本工会接收。",
            done=lambda found: f"已提出，受理编号 {found.receipt}。等待原工会答复。",
        ),
    ),
    steps=(
        Step(
            actions.release,
            "release",
            "同意转出",
            form=OpinionForm,
            tone="primary",
            shown=_waits_for(TransferState.REQUESTED),
            help="同意后由转入工会接收；接收之前会籍仍在原工会。",
            done="已同意转出，等待转入工会接收。",
        ),
        Step(
            actions.accept,
            "accept",
            "接收转入",
            form=OpinionForm,
            tone="primary",
            shown=_waits_for(TransferState.RELEASED),
            help="接收后会籍立即转入本工会，会员号不变。",
            done="已接收，会籍已转入。",
        ),
        Step(
            actions.refuse,
            "refuse",
            "不同意转会",
            form=RefusalForm,
            tone="danger",
            shown=lambda record, actor: record.is_open,
            done="已告知会员和对方工会。",
        ),
        Step(
            actions.withdraw,
            "withdraw",
            "撤回申请",
            form=WithdrawalForm,
            shown=lambda record, actor: record.is_open,
            done="已撤回。",
        ),
    ),
    related=("from_union", "to_union", "union", "superior"),
    empty="还没有转会申请。会员可以在服务大厅提出，也可以由转出或转入工会提出。",
)

SEND = Step(
    actions.send,
    "send",
    "提出转出",
    form=SendForm,
    shown=lambda member, actor: (
        member.status in ("active", "retained") and open_transfer(member.pk) is None
    ),
    help=f"会籍在转入工会接收之前仍在本工会。{rules.RULE}。",
    done=lambda found: f"已提出，受理编号 {found.receipt}。请本工会审批人同意转出。",
)
"""The step on a member's record."""
