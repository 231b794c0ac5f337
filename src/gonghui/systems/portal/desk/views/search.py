"""One search over everything the person may see, as a page and as one types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gonghui.kernel.search.finding import find
from gonghui.systems.portal.desk.views.home import required

LONGEST = 60
SUGGESTED = 4


def _text(request: HttpRequest) -> str:
    # PostgreSQL holds no zero character, so nothing can be found by one.
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """People, unions, documents, functions, notices and to-dos, by kind."""
    actor = required(request)
    text = _text(request)
    groups = find(text, actor) if text else []
    return render(request, "desk/search.html", {"text": text, "groups": groups})


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """The first of each kind, below the search field of every page."""
    actor = required(request)
    text = _text(request)
    groups = find(text, actor, SUGGESTED) if text else []
    return render(request, "desk/suggest.html", {"text": text, "groups": groups})
