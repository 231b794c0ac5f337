"""The calendar of re-elections (换届日历): months, urgencies, the units below."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership.permissions import REGISTER_TERM, VIEW_TERMS
from gonghui.systems.mobilization.membership.queries import terms as queries
from gonghui.systems.mobilization.membership.rules.terms import Urgency

SHOWN_MOST = 200
UNIT_COLUMNS = (
    Urgency.OVERDUE_LONG,
    Urgency.OVERDUE,
    Urgency.ONE,
    Urgency.THREE,
    Urgency.SIX,
    Urgency.DELAYED,
    Urgency.LATER,
)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Open terms by month of their deadline, by urgency, and by the units below."""
    actor: Actor = request.actor
    actor.require(VIEW_TERMS)
    today = timezone.localdate()
    year, month = _month(request.GET.get("month", ""), today)
    union = _union(request.GET.get("under", ""), actor)
    scope = Scope.of([union.path])
    counts = queries.by_month(scope, year)
    found = list(queries.due_in(scope, year, month)[: SHOWN_MOST + 1])
    listed = reverse("resource:terms:list")
    context = {
        "union": union,
        "year": year,
        "month": month,
        "months": [
            (number, counts.get(number, 0), f"?under={union.pk}&month={year}-{number:02}")
            for number in range(1, 13)
        ],
        "earlier": f"?under={union.pk}&month={year - 1}-{month:02}",
        "later": f"?under={union.pk}&month={year + 1}-{month:02}",
        "days": [
            (day, list(terms))
            for day, terms in groupby(found[:SHOWN_MOST], key=lambda term: term.deadline)
        ],
        "more": len(found) > SHOWN_MOST,
        "all_url": f"{listed}?under={union.pk}&deadline_from={year}-{month:02}-01",
        "stats": [
            ui.Stat(
                urgency.label, n, "届", url=f"{listed}?under={union.pk}&urgency={urgency.value}"
            )
            for urgency, n in queries.by_urgency(scope, today).items()
            if urgency is not Urgency.LATER
        ],
        "columns": [urgency.label for urgency in UNIT_COLUMNS],
        "units": [
            (
                unit,
                f"?under={unit.pk}&month={year}-{month:02}",
                [
                    (
                        urgency.label,
                        unit.counts[urgency],
                        f"{listed}?under={unit.pk}&urgency={urgency.value}",
                    )
                    for urgency in UNIT_COLUMNS
                ],
            )
            for unit in (queries.by_unit(union, today) if not union.is_grassroots else [])
        ],
        "today": today,
        "as_of": timezone.now(),
        "register_url": reverse("resource:terms:create", args=["register"])
        if actor.may(REGISTER_TERM)
        else "",
    }
    return render(request, "membership/terms/calendar.html", context)


def _month(text: str, today: date) -> tuple[int, int]:
    if not text:
        return today.year, today.month
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Refusal(f"“{text}”不是月份。", remedy="请按 2026-03 的格式填写。") from error
    return day.year, day.month


def _union(text: str, actor: Actor) -> Union:
    """The union asked for, or the first top of the actor's scope."""
    rows = Union.objects.within(actor.scope(VIEW_TERMS)).order_by("path")
    if text:
        rows = rows.filter(pk=int(text)) if text.isdecimal() else rows.none()
    found = rows.first()
    if found is None:
        raise Forbidden("所选工会不在您的权限范围内。", code="forbidden")
    return found
