"""Founding in the service hall: asking for a union, following the preparation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.actions import preparations as actions
from gonghui.systems.mobilization.founding.models import Preparation
from gonghui.systems.mobilization.founding.models.preparations import PreparationState
from gonghui.systems.mobilization.founding.queries.preparations import (
    elections_of,
    own_preparations,
)
from gonghui.systems.mobilization.founding.rules import founding as rules
from gonghui.systems.mobilization.founding.views.requesting import TONES, RequestForm

ENDED = {
    PreparationState.REFUSED: "不予同意",
    PreparationState.LAPSED: "逾期终止",
    PreparationState.WITHDRAWN: "已撤回",
}


def progress(preparation: Preparation) -> list[ui.Step]:
    """The way of a preparation: asked, agreed to, congress, approved."""
    state = PreparationState(preparation.state)
    election = elections_of(preparation).exclude(state="abandoned").order_by("-pk").first()
    held = election is not None and election.held_on is not None
    agreed = preparation.congress_due is not None
    founded = state == PreparationState.FOUNDED
    stopped = ENDED.get(state, "")
    due = f"{preparation.congress_due:%Y-%m-%d} 前" if preparation.congress_due else ""

    def kind(done: bool, now: bool) -> str:
        return "done" if done else "stopped" if now and stopped else "now" if now else "todo"

    return [
        ui.Step("提出申请", "done", f"{preparation.submitted_at:%Y-%m-%d}"),
        ui.Step("上级同意筹备", kind(agreed, not agreed), stopped if not agreed else ""),
        ui.Step("召开成立大会", kind(held, agreed and not held), stopped if not held else due),
        ui.Step("批复成立", kind(founded, held and not founded), preparation.approval_document),
    ]


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What I asked for, how far it has come, and what I can do now."""
    actor: Actor = request.actor
    actor.require(permissions.REQUEST_PREPARATION)
    items = []
    for preparation in own_preparations(actor):
        items.append(
            {
                "preparation": preparation,
                "kind": TONES[preparation.state],
                "steps": progress(preparation),
                "label": f"建会进度：{preparation.receipt}",
                "links": _links(preparation),
            }
        )
    context = {"items": items, "may_ask": actor.person_id is not None}
    return render(request, "founding/mine.html", context)


def _links(preparation: Preparation) -> list[tuple[str, str]]:
    def step(slug: str) -> str:
        return reverse("resource:preparations:step", args=[preparation.pk, slug])

    found = []
    if preparation.state == PreparationState.RETURNED:
        found.append(("补正后提交", step("mend")))
    if preparation.state == PreparationState.PREPARING:
        planned = elections_of(preparation).exclude(state="abandoned").first()
        if planned is not None:
            found.append(("成立大会", reverse("resource:elections:record", args=[planned.pk])))
        else:
            found.append(("登记会员", step("recruit")))
            found.append(("筹备成立大会", step("convene")))
    found.append(("查看详情", reverse("resource:preparations:record", args=[preparation.pk])))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Ask for a preparatory group."""
    actor: Actor = request.actor
    actor.require(permissions.REQUEST_PREPARATION)
    form = RequestForm(request.POST or None, actor=actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            try:
                made = actions.request(values.pop("union"), by=actor, **values)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(
                    request, f"已提交，受理编号 {made.receipt}。上级工会批复后通知您。"
                )
                return redirect("hall-founding")
    context = {"form": form, "rule": rules.APPROVAL_RULE}
    return render(request, "founding/apply.html", context, status=status)
