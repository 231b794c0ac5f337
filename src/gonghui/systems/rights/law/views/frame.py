"""Pages that guests and workers both read: the public frame, or the hall's once signed in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date

PAGE = 20


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Draw a page in the frame that fits who is asking."""
    layout = "ui/hall.html" if request.actor.user_id is not None else "ui/public.html"
    return render(request, template, {"layout": layout, **context}, status=status)


def day_of(request: HttpRequest, name: str = "on") -> date:
    """The day asked for, today when none or a wrong one is."""
    try:
        return parse_date(request.GET.get(name, "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


def paged(request: HttpRequest, rows: QuerySet) -> Page:
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))
