"""My membership (我的会籍) in the service hall: status, numbers and the way across unions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.people.models import IN_RANKS, NumberAlias
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.models.corrections import Correction
from gonghui.systems.mobilization.membership.models.transfers import Transfer
from gonghui.systems.mobilization.membership.queries.own import own_membership
from gonghui.systems.mobilization.membership.queries.standing import chapters

TONES = {"active": "good", "retained": "info", "expelled": "stop"}


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What the signed-in worker is a member of, was before, and has asked for."""
    actor: Actor = request.actor
    actor.require(permissions.OWN_CARD)
    member = own_membership(actor)
    if member is None:
        return render(request, "membership/standing/none.html")
    scope = actor.scope(permissions.VIEW_TRANSFERS)
    transfers = Transfer.objects.within(scope).filter(person_id=actor.person_id)
    corrections = Correction.objects.within(scope).filter(person_id=actor.person_id)
    aliases = NumberAlias.objects.filter(membership=member).values_list("number", flat=True)
    context = {
        "member": member,
        "kind": TONES.get(member.status, "idle"),
        "in_ranks": member.status in IN_RANKS,
        "facts": [
            ui.Fact("会员号", member.number),
            ui.Fact("所在工会", member.union.name),
            ui.Fact("入会日期", f"{member.joined_on:%Y-%m-%d}"),
            ui.Fact("证件号码", member.person.document_mask),
            ui.Fact("手机号码", member.person.mobile_mask),
            *([ui.Fact("曾用会员号", "、".join(aliases))] if aliases else []),
        ],
        "chapters": chapters(member),
        "transfers": transfers.select_related("to_union").order_by("-pk")[:5],
        "corrections": corrections.order_by("-pk")[:5],
    }
    return render(request, "membership/standing/mine.html", context)
