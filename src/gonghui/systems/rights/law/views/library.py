"""The law library for everybody: search on a day, statutes, articles with their history."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from gonghui.systems.rights.law.models import Statute
from gonghui.systems.rights.law.models.library import Level
from gonghui.systems.rights.law.queries import calculating, legislation, library, writing
from gonghui.systems.rights.law.rules import library as rules
from gonghui.systems.rights.law.views.frame import day_of, page

TONES = {"in_force": "good", "coming": "info", "repealed": "stop"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything of legal service at a glance."""
    today = timezone.localdate()
    context = {
        "on": today,
        "calculators": list(calculating.CALCULATORS.values()),
        "answers": list(writing.answers()[:4]),
        "cases": list(writing.cases()[:3]),
        "topics": list(writing.topics()[:4]),
        "bills": [bill for bill in legislation.shown()[:10] if legislation.is_open(bill, today)],
    }
    return page(request, "law/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Statutes and articles in force on a day."""
    day, today = day_of(request), timezone.localdate()
    text, level = request.GET.get("q", "").strip(), request.GET.get("level", "")
    level = level if level in Level.values else ""
    found = library.search(text, day, today, level=level)
    notes = library.notes_on(found.statutes, day)
    context = {
        "text": text,
        "on": day,
        "past": day != today,
        "level": level,
        "levels": Level.choices,
        "found": found,
        "statutes": [(*_standing(item, day), notes.get(item.pk, "")) for item in found.statutes],
        "words": library.words_of(text),
    }
    return page(request, "law/search.html", context)


def _standing(statute: Statute, day: date) -> tuple[Statute, str, str]:
    found = rules.standing(statute.in_force_on, statute.repealed_on, day)
    return statute, rules.STANDINGS[found], TONES[found]


@require_safe
def statute(request: HttpRequest, pk: int) -> HttpResponse:
    """A statute as it was on a day."""
    found = get_object_or_404(library.published(), pk=pk)
    day, today = day_of(request), timezone.localdate()
    articles = list(library.articles_on(found, day).select_related("edition"))
    editions = library.editions(found)
    of_day = [item for item in editions if item.in_force_on <= day]
    context = {
        "statute": found,
        "on": day,
        "past": day != today,
        "state": _standing(found, day),
        "articles": articles,
        "editions": editions,
        "edition": of_day[0] if of_day else None,
        "excerpt": not (of_day[0].whole if of_day else True),
        "doubts": sum(article.uncertain for article in articles),
    }
    return page(request, "law/statute.html", context)


@require_safe
def article(request: HttpRequest, pk: int, number: int, branch: int) -> HttpResponse:
    """An article as it was worded on a day, what changed since, and what cites it."""
    found = get_object_or_404(library.published(), pk=pk)
    day, today = day_of(request), timezone.localdate()
    place = rules.Place(number, branch)
    steps = library.history(found, place)
    wording = library.wording(found, place, day)
    status = 200 if steps else 404
    context = {
        "statute": found,
        "place": place.words if 0 < number < 10_000 and branch < 10_000 else "",
        "on": day,
        "past": day != today,
        "state": _standing(found, day),
        "article": wording,
        "since": library.changed_since(wording, today) if wording else None,
        "steps": steps,
        **(writing.about(wording) if wording else {}),
    }
    return page(request, "law/article.html", context, status)
