"""Taking part in legislation: drafts, opinions article by article, adoption with reasons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.rights.law.actions import legislation as actions
from gonghui.systems.rights.law.models import Bill, BillArticle
from gonghui.systems.rights.law.models.legislation import CommentState, Stance
from gonghui.systems.rights.law.permissions import SPEAK, SPEAK_FOR_UNION, VIEW_BILLS
from gonghui.systems.rights.law.queries import legislation as queries
from gonghui.systems.rights.law.queries import own
from gonghui.systems.rights.law.views.frame import page

TONES = {
    "adopted": "good",
    "partly": "info",
    "declined": "stop",
    "noted": "idle",
    "waiting": "wait",
}
OWN_POST = "the union a cadre speaks for"


def _place(article: BillArticle) -> str:
    return f"第{article.number}条" + (f"之{article.branch}" if article.branch else "")


class SpeakForm(ActionForm):
    """An opinion on an article or the whole draft."""

    article = forms.TypedChoiceField(label="条文", coerce=int, required=False, empty_value=None)
    stance = forms.ChoiceField(label="意见", choices=Stance.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="建议的表述",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    because = forms.CharField(
        label="理由", min_length=4, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    for_union = forms.BooleanField(label="代表本级工会提出", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["article"]
        articles = [(item.pk, _place(item)) for item in self.record.articles.all()]
        field.choices = [("", "整部草案"), *articles]
        if not self.actor.paths(SPEAK_FOR_UNION):
            del self.fields["for_union"]


@require_safe
def bills(request: HttpRequest) -> HttpResponse:
    """Drafts that are open or were."""
    today = timezone.localdate()
    rows = [(bill, queries.is_open(bill, today)) for bill in queries.shown()[:50]]
    return page(request, "law/bills.html", {"rows": rows})


@require_safe
def bill(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft, one's own opinions, and once reported what became of all."""
    found = get_object_or_404(queries.shown(), pk=pk)
    mine = [(item, TONES[item.state]) for item in queries.own(found, request.actor)]
    reported = found.state == "reported"
    context = {
        "bill": found,
        "open": queries.is_open(found, timezone.localdate()),
        "articles": list(found.articles.all()),
        "mine": mine,
        "lines": queries.summary(found) if reported else [],
        "figures": queries.figures(found) if reported else None,
        "tones": TONES,
    }
    return page(request, "law/bill.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def speak(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an opinion."""
    actor: Actor = request.actor
    actor.require(SPEAK)
    found = get_object_or_404(queries.shown(), pk=pk)
    initial = {"article": request.GET.get("article", "")}
    form = SpeakForm(request.POST or None, actor=actor, record=found, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _speak(actor, found, dict(form.cleaned_data))
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, "已收到您的意见，反馈发布后通知您。")
                return redirect("law-bill", pk=pk)
    return page(request, "law/speak.html", {"form": form, "bill": found}, status)


def _speak(actor: Actor, found: Bill, values: dict[str, Any]) -> None:
    if values.pop("for_union", False):
        union = Union.objects.unscoped(OWN_POST).filter(pk=actor.union_id).first()
        if union is None:
            raise Missing("没有可以代表的工会。")
        actions.speak_for_union(union, by=actor, bill=found, **values)
    else:
        actions.speak(own.home_union(actor), by=actor, bill=found, **values)


@require_POST
def retract(request: HttpRequest, pk: int, comment: int) -> HttpResponse:
    """Take one's own opinion back."""
    found = get_object_or_404(queries.shown(), pk=pk)
    mine = get_object_or_404(queries.own(found, request.actor), pk=comment)
    actions.retract(mine, by=request.actor)
    messages.success(request, "已撤回。")
    return redirect("law-bill", pk=pk)


@require_safe
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """All opinions of a draft, to be printed and sent to who drafts it."""
    actor: Actor = request.actor
    actor.require(VIEW_BILLS)
    found = Bill.objects.within(actor.scope(VIEW_BILLS)).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这份草案，或者不在您的范围内。")
    context = {
        "bill": found,
        "lines": queries.summary(found),
        "figures": queries.figures(found),
        "stances": dict(Stance.choices),
        "states": dict(CommentState.choices),
        "tones": TONES,
    }
    return render(request, "law/summary.html", context)
