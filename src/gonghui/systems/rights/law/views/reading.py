"""Questions and answers, typical cases, popularisation, for everybody."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.law.actions import writing as actions
from gonghui.systems.rights.law.models.writing import Subject
from gonghui.systems.rights.law.queries import library
from gonghui.systems.rights.law.queries import writing as queries
from gonghui.systems.rights.law.views.frame import page, paged


def _subjects(request: HttpRequest, text: str, chosen: str) -> list[ui.Option]:
    """Options of the theme filter, the search kept."""
    kept = {"q": text} if text else {}
    return [
        ui.Option("全部", f"?{urlencode(kept)}", not chosen),
        *(
            ui.Option(item.label, f"?{urlencode({**kept, 'theme': item.value})}", item == chosen)
            for item in Subject
        ),
    ]


def _asked(request: HttpRequest) -> tuple[str, str]:
    text = request.GET.get("q", "").strip()[:40]
    theme = request.GET.get("theme", "")
    return text, theme if theme in Subject.values else ""


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """Published answers."""
    text, theme = _asked(request)
    rows = paged(request, queries.answers(text, theme))
    context = {
        "text": text,
        "theme": theme,
        "subjects": _subjects(request, text, theme),
        "page": rows,
        "query": urlencode({"q": text, "theme": theme}),
    }
    return page(request, "law/questions.html", context)


@require_safe
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer with its clauses as they read today."""
    found = get_object_or_404(queries.answers(), pk=pk)
    context = {"item": found, "cites": library.links(found.cites, timezone.localdate())}
    return page(request, "law/question.html", context)


@require_POST
def helpful(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether an answer helped."""
    found = get_object_or_404(queries.answers(), pk=pk)
    judged = request.session.get("law_judged", [])
    if pk not in judged:
        actions.judge_answer(found, by=request.actor, helpful=request.POST.get("helpful") == "yes")
        request.session["law_judged"] = [*judged, pk][-200:]
    messages.success(request, "谢谢您的评价。")
    return redirect("law-question", pk=pk)


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Published cases."""
    text, theme = _asked(request)
    context = {
        "text": text,
        "theme": theme,
        "subjects": _subjects(request, text, theme),
        "page": paged(request, queries.cases(text, theme)),
        "query": urlencode({"q": text, "theme": theme}),
    }
    return page(request, "law/cases.html", context)


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case."""
    found = get_object_or_404(queries.cases(), pk=pk)
    context = {"item": found, "cites": library.links(found.cites, timezone.localdate())}
    return page(request, "law/case.html", context)


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Topics and the latest pieces."""
    context = {"topics": list(queries.topics()), "pieces": list(queries.pieces()[:10])}
    return page(request, "law/topics.html", context)


@require_safe
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    """The pieces of a topic."""
    found = get_object_or_404(queries.topics(), pk=pk)
    return page(
        request, "law/topic.html", {"topic": found, "page": paged(request, queries.pieces(found))}
    )


@require_safe
def piece(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing to read."""
    found = get_object_or_404(queries.pieces(), pk=pk)
    context = {"item": found, "cites": library.links(found.cites, timezone.localdate())}
    return page(request, "law/piece.html", context)
