"""QR codes of unions (扫码反映): printed by cadres, scanned by whoever has something to say."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.systems.rights.feedback.permissions import VIEW
from gonghui.systems.rights.feedback.queries import duty

AT_ONCE = 50


@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """Unions of mine whose QR code can be printed."""
    actor: Actor = request.actor
    actor.require(VIEW)
    text = request.GET.get("q", "").strip()[:40]
    rows = Union.objects.within(actor.scope(VIEW)).filter(status=UnionStatus.ACTIVE)
    if text:
        rows = rows.filter(name__contains=text)
    found = list(rows.select_related("parent").order_by("path")[: AT_ONCE + 1])
    context = {"found": found[:AT_ONCE], "more": len(found) > AT_ONCE, "text": text}
    return render(request, "feedback/codes.html", context)


@require_safe
def poster(request: HttpRequest, pk: int) -> HttpResponse:
    """An A4 page with the QR code of one union."""
    actor: Actor = request.actor
    union = Union.objects.within(actor.scope(VIEW)).filter(pk=pk).first()
    if union is None:
        raise Forbidden("没有打印这个工会二维码的权限，或者它不存在。", code="forbidden")
    context = {
        "union": union,
        "address": request.build_absolute_uri(reverse("feedback:at", args=[union.pk])),
        "numbers": duty.numbers()[:1],
    }
    return render(request, "feedback/poster.html", context)
