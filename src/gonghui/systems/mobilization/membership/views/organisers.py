"""Figures of professional union workers (社会化工会工作者统计) by county."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership.permissions import VIEW_ORGANISERS
from gonghui.systems.mobilization.membership.queries.organisers import by_county


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Workers by county of the actor's own places; one's own record alone gives no figures."""
    actor: Actor = request.actor
    paths = actor.paths(VIEW_ORGANISERS)
    if not paths:
        actor.require(VIEW_ORGANISERS, "?")
    today = timezone.localdate()
    scope = Scope.of(paths)
    lines = by_county(scope, today)
    # A street sees its own workers under a county whose list it may not open.
    own = Union.objects.within(scope).filter(pk__in=[line.pk for line in lines])
    total = sum(line.on_duty for line in lines)
    context = {
        "lines": lines,
        "linked": set(own.values_list("pk", flat=True)),
        "year": today.year,
        "as_of": timezone.now(),
        "stats": [
            ui.Stat("在岗", total, "人"),
            ui.Stat("持证", sum(line.certified for line in lines), "人"),
            ui.Stat("合同60日内到期", sum(line.ending for line in lines), "人"),
            ui.Stat("本年离岗", sum(line.left for line in lines), "人"),
        ],
    }
    return render(request, "membership/organisers/statistics.html", context)
