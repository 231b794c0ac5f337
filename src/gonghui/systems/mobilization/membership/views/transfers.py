"""Transfers in the service hall: asking for one, following it, taking it back."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import transfers as actions
from gonghui.systems.mobilization.membership.models.transfers import (
    Lateness,
    Transfer,
    TransferState,
)
from gonghui.systems.mobilization.membership.queries.own import own_membership
from gonghui.systems.mobilization.membership.queries.transfers import open_transfer
from gonghui.systems.mobilization.membership.rules import transfers as rules

TONES = {
    TransferState.REQUESTED: "wait",
    TransferState.RELEASED: "wait",
    TransferState.ACCEPTED: "good",
    TransferState.REFUSED: "stop",
    TransferState.WITHDRAWN: "idle",
}


class SendForm(ActionForm):
    """Proposing to hand a member over, or asking for it oneself."""

    to_union = UnionField(label="转入工会")
    reason = forms.CharField(label="转会原因", max_length=200, help_text="如：调往该单位工作。")


def progress(transfer: Transfer) -> list[ui.Step]:
    """The way of a transfer as steps: done, now, to come, stopped."""
    stopped = transfer.state in (TransferState.REFUSED, TransferState.WITHDRAWN)
    released = transfer.released_at is not None
    due = f"{transfer.due_on:%Y-%m-%d} 前"
    late = "" if transfer.lateness == Lateness.IN_TERM else f"，{transfer.get_lateness_display()}"
    release, accept = ("done" if released else "now"), ("now" if released else "todo")
    if stopped:
        release, accept = ("done", "stopped") if released else ("stopped", "todo")
    elif transfer.state == TransferState.ACCEPTED:
        accept = "done"
    return [
        ui.Step("提出申请", "done", f"{transfer.get_starter_display()}提出"),
        ui.Step(
            "转出工会同意",
            release,
            _by(transfer.released_by_name, transfer.released_in_stead)
            if released
            else (transfer.get_state_display() if release == "stopped" else due + late),
        ),
        ui.Step(
            "转入工会接收",
            accept,
            {"now": due + late, "stopped": transfer.get_state_display()}.get(accept, "")
            or (transfer.closed_by_name if accept == "done" else ""),
        ),
    ]


def _by(name: str, in_stead: bool) -> str:
    return f"{name}（上级代办）" if in_stead else name


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Ask to be carried over to another union; with one under way, that is shown instead."""
    actor: Actor = request.actor
    actor.require(permissions.APPLY_TRANSFER)
    member = own_membership(actor)
    if member is None:
        return render(request, "membership/standing/none.html")
    under_way = open_transfer(member.pk)
    if under_way is not None and request.method != "POST":
        return redirect("hall-transfer-one", pk=under_way.pk)
    form = SendForm(request.POST or None, actor=actor, record=member)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                transfer = actions.apply(member, by=actor, **form.cleaned_data)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, f"已提交，受理编号 {transfer.receipt}。")
                return redirect("hall-transfer-one", pk=transfer.pk)
    context = {"form": form, "member": member, "rule": rules.RULE}
    return render(request, "membership/transfers/apply.html", context, status=status)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an own transfer has come."""
    transfer = _own(request, pk)
    context = {
        "transfer": transfer,
        "steps": progress(transfer),
        "kind": TONES[TransferState(transfer.state)],
    }
    return render(request, "membership/transfers/one.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own transfer back."""
    actions.withdraw(_own(request, pk), by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, "已撤回，会籍仍在原工会。")
    return redirect("hall-transfer-one", pk=pk)


def _own(request: HttpRequest, pk: int) -> Transfer:
    actor: Actor = request.actor
    actor.require(permissions.APPLY_TRANSFER)
    rows = Transfer.objects.within(Scope((), actor.person_id)).filter(person_id=actor.person_id)
    found = rows.select_related("from_union", "to_union", "superior").filter(pk=pk).first()
    if found is None:
        raise Missing("没有这件转会申请。", remedy="请从“我的会籍”中打开。")
    return found
