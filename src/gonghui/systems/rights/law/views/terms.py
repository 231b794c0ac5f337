"""My terms (时效日历): added by hand or from the calculator, with the reminders I ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.resource.forms import ActionForm, DayField
from gonghui.systems.rights.law.actions import own as actions
from gonghui.systems.rights.law.models import Term
from gonghui.systems.rights.law.permissions import KEEP_OWN
from gonghui.systems.rights.law.queries import own
from gonghui.systems.rights.law.rules import limitation
from gonghui.systems.rights.law.views.frame import page

SOON = 30


class TermForm(ActionForm):
    """A term and when to be reminded."""

    claim = forms.ChoiceField(
        label="要办的事", choices=[(item.value, words) for item, words in limitation.WORDS.items()]
    )
    title = forms.CharField(label="备忘", max_length=60, help_text="只有您自己能看到。")
    began = DayField(label="起算日期")
    remind = forms.TypedMultipleChoiceField(
        label="提前几天提醒我",
        coerce=int,
        required=False,
        choices=[(days, f"{days} 天") for days in actions.CHOICES],
        widget=forms.CheckboxSelectMultiple,
        help_text="不选就不提醒。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """My terms, the nearest first; POST adds one."""
    actor = request.actor
    actor.require(KEEP_OWN)
    form = TermForm(
        request.POST or None,
        actor=actor,
        initial={
            "claim": request.GET.get("claim", "arbitration"),
            "began": request.GET.get("began", ""),
            "remind": [30, 7, 1],
        },
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = actions.add_term(None, by=actor, **form.cleaned_data)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, f"已登记，最后一天是 {made.due_on.isoformat()}。")
                return redirect("law-terms")
    today = timezone.localdate()
    context = {
        "form": form,
        "rows": [_shown(row, today) for row in own.terms(actor)],
        "settled": [_shown(row, today) for row in own.terms(actor, settled=True)[:20]],
        "today": today,
    }
    return page(request, "law/terms.html", context, status)


def _shown(term: Term, today: Any) -> dict[str, Any]:
    left = (term.due_on - today).days
    tone = "stop" if left < 0 else "wait" if left <= SOON else "good"
    words = f"还有 {left} 天" if left > 0 else "今天是最后一天" if not left else f"已过 {-left} 天"
    return {
        "term": term,
        "title": term.title.reveal(),
        "left": words,
        "tone": tone,
        "claim": limitation.WORDS[limitation.Claim(term.claim)],
        "renewed": limitation.Claim(term.claim) in limitation.RENEWED,
    }


@require_http_methods(["POST"])
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Begin a term anew, settle it, or forget it."""
    actor = request.actor
    actor.require(KEEP_OWN)
    found = get_object_or_404(Term.objects.filter(user_id=actor.user_id), pk=pk)
    try:
        match verb:
            case "claim":
                day = DayField().clean(request.POST.get("day"))
                actions.claim_again(found, by=actor, day=day)
                messages.success(request, "时效已重新计算。")
            case "settle":
                actions.settle_term(found, by=actor)
                messages.success(request, "已了结，不再提醒。")
            case "drop":
                actions.drop_term(found, by=actor)
                messages.success(request, "已删除。")
            case _:
                raise Missing("没有这个操作。")
    except forms.ValidationError:
        messages.error(request, "请填写主张权利的日期。")
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.error(request, str(refusal))
    return redirect("law-terms")
