"""The member card (会员卡): on the worker's phone, on paper, and the page that checks one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.people.models import IN_RANKS, Membership
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.queries.card import PAPER, SCREEN, check, token_of
from gonghui.systems.mobilization.membership.queries.own import own_membership
from gonghui.systems.mobilization.membership.rules.card import (
    PAPER_DAYS,
    SCREEN_SECONDS,
    tail_of,
)

TONES = {"active": "good", "retained": "info"}
FAULTS = {
    "forged": ("会员码无效", "这个会员码不是本平台发出的，或者已被改动。"),
    "expired": ("会员码已过期", "请持卡人重新打开会员卡，出示新的会员码。"),
    "void": ("会员码已失效", "持卡人的会籍已有变动，请其重新打开会员卡或换领纸质卡。"),
}
STATUS_OF_FAULT = {"forged": 404, "expired": 410, "void": 410}


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The own card with a code that holds a few minutes; the page draws a new one in time."""
    actor: Actor = request.actor
    actor.require(permissions.OWN_CARD)
    member = own_membership(actor)
    if member is None or member.status not in IN_RANKS:
        return render(request, "membership/standing/none.html", {"member": member})
    context = {**_card(request, member, SCREEN), "minutes": SCREEN_SECONDS // 60}
    part = "membership/card/face.html" if request.htmx else "membership/card/mine.html"
    return render(request, part, context)


@require_safe
@never_cache
def paper(request: HttpRequest) -> HttpResponse:
    """The own card to print."""
    actor: Actor = request.actor
    actor.require(permissions.OWN_CARD)
    member = own_membership(actor)
    if member is None or member.status not in IN_RANKS:
        return render(request, "membership/standing/none.html", {"member": member})
    return render(request, "membership/card/paper.html", _on_paper(request, member))


@require_safe
@never_cache
def print_for(request: HttpRequest, pk: int) -> HttpResponse:
    """A member's card to print, for the handler of their union."""
    actor: Actor = request.actor
    actor.require(permissions.PRINT_CARD)
    rows = Membership.objects.within(actor.scope(permissions.PRINT_CARD))
    member = rows.select_related("union", "person").filter(pk=pk).first()
    if member is None:
        raise Forbidden(
            "没有为这名会员打印会员卡的权限，或者会员不存在。",
            remedy="请联系该会员所在工会。",
            code="forbidden",
        )
    if member.status not in IN_RANKS:
        raise Refusal(f"该会籍{member.get_status_display()}，不能打印会员卡。")
    return render(request, "membership/card/paper.html", _on_paper(request, member))


def _on_paper(request: HttpRequest, member: Membership) -> dict[str, object]:
    return {**_card(request, member, PAPER), "years": PAPER_DAYS // 365}


def _card(request: HttpRequest, member: Membership, purpose: str) -> dict[str, object]:
    address = reverse("card-check", args=[token_of(member, purpose)])
    return {
        "member": member,
        "code": request.build_absolute_uri(address),
        "kind": TONES[member.status],
        "since": f"{member.joined_on:%Y-%m-%d}",
        "drawn_at": timezone.now(),
    }


@require_safe
@never_cache
def check_page(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever is shown a card: status, masked name, union and the number's end; no more."""
    found = check(token)
    context: dict[str, object] = {"now": timezone.now(), "on_paper": found.on_paper}
    status = 200
    if found.member is None:
        status = STATUS_OF_FAULT[found.fault]
        context["title"], context["text"] = FAULTS[found.fault]
    else:
        member = found.member
        context |= {
            "member_status": member.get_status_display(),
            "good": member.status in IN_RANKS,
            "name": mask_name(member.name),
            "number": tail_of(member.number),
            "union": member.union.name,
        }
    response = render(request, "membership/card/check.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
