"""The service hall: what my unit made public, my objections and proposals (phone first)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.mobilization.staff_congress import actions, permissions, queries
from gonghui.systems.mobilization.staff_congress.models import Proposal, Publicity

TONES = {
    "submitted": "wait",
    "filed": "info",
    "answered": "info",
    "closed": "good",
    "declined": "stop",
    "withdrawn": "idle",
}
SHOWN = 50


class ProposalForm(forms.Form):
    """What a worker proposes to their own unit."""

    title = forms.CharField(label="标题", max_length=100, help_text="一句话说清要解决什么。")
    reason = forms.CharField(
        label="案由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    measure = forms.CharField(
        label="建议和措施", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    seconders = forms.CharField(label="附议人", max_length=200, required=False)


class ObjectForm(ActionForm):
    text = forms.CharField(
        label="我的意见",
        min_length=4,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本单位工会能看到，其他职工看不到。",
    )


def _worker(request: HttpRequest) -> Actor:
    actor: Actor = request.actor
    actor.require(permissions.READ_PUBLICITY)
    return actor


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What my unit made public, and my proposals."""
    actor = _worker(request)
    union = queries.home_union(actor)
    context = {
        "union": union,
        "published": list(queries.published_for(union)[:SHOWN]) if union else [],
        "proposals": [(item, TONES[item.state]) for item in queries.own_proposals(actor)[:SHOWN]],
        "today": timezone.localdate(),
    }
    return render(request, "staff_congress/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def publicity(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing made public, my own objections to it, and a form for another."""
    actor = _worker(request)
    union = queries.home_union(actor)
    found = queries.published_for(union).filter(pk=pk).first() if union else None
    if found is None:
        raise Missing("没有这项公开，或者它不属于您的单位。", remedy="请从“厂务公开”中打开。")
    form = ObjectForm(request.POST or None, actor=actor, record=found)
    status = 200
    if request.method == "POST":
        status = _object(request, form, found)
        if status == 302:
            return redirect("hall-staff-publicity", pk=pk)
    context = {
        "item": found,
        "form": form,
        "open": timezone.localdate() <= found.until,
        "mine": found.objections.filter(person_id=actor.person_id),
    }
    return render(request, "staff_congress/publicity.html", context, status=status)


def _object(request: HttpRequest, form: ObjectForm, found: Publicity) -> int:
    if not form.is_valid():
        return 422
    try:
        actions.object_to(found, by=request.actor, **form.cleaned_data)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        form.refuse(refusal)
        return refusal.status
    messages.success(request, "已提交，本单位工会会答复您。")
    return 302


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose something to my own unit."""
    actor = _worker(request)
    union = queries.home_union(actor)
    if union is None:
        return render(request, "staff_congress/home.html", {"union": None})
    form = ProposalForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            actions.propose(union, by=actor, **form.cleaned_data)
            messages.success(request, "已提出，工会审查后通知您。")
            return redirect("hall-staff")
    context = {"form": form, "union": union}
    return render(request, "staff_congress/propose.html", context, status=status)


@require_http_methods(["GET", "HEAD"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """How far my proposal has come."""
    found = _own(request, pk)
    context: dict[str, Any] = {"item": found, "kind": TONES[found.state]}
    return render(request, "staff_congress/proposal.html", context)


@require_POST
def follow(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Say whether the answer will do, or take the proposal back."""
    found = _own(request, pk)
    if verb == "withdraw":
        actions.withdraw(found, by=request.actor)
        messages.success(request, "已撤回。")
    elif verb in ("satisfied", "unsatisfied"):
        remark = request.POST.get("remark", "")[:300]
        actions.rate(found, by=request.actor, satisfied=verb == "satisfied", remark=remark)
        messages.success(request, "已评价。" if verb == "satisfied" else "已退回重新办理。")
    else:
        raise Missing("没有这个操作。")
    return redirect("hall-staff-proposal", pk=pk)


def _own(request: HttpRequest, pk: int) -> Proposal:
    found = queries.own_proposals(_worker(request)).filter(pk=pk).select_related("union").first()
    if found is None:
        raise Missing("没有这件提案。", remedy="请从“民主管理”中打开。")
    return found
