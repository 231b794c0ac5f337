"""Public answers, typical cases and popularisation as everybody reads them."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.systems.rights.law.models import Consultation, Piece, PublicAnswer, Topic, TypicalCase
from gonghui.systems.rights.law.permissions import VIEW_CONSULT
from gonghui.systems.rights.law.queries.library import words_of

EVERYBODYS = "what is published is for everybody"
SHOWN = "published"

Row = TypeVar("Row", PublicAnswer, TypicalCase, Piece)


def _holding(rows: QuerySet, text: str, *names: str) -> QuerySet:
    for word in words_of(text):
        some = Q()
        for name in names:
            some |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(some)
    return rows


def answers(text: str = "", theme: str = "") -> QuerySet[PublicAnswer]:
    """Published answers, the most helpful first."""
    rows = PublicAnswer.objects.unscoped(EVERYBODYS).filter(stage=SHOWN)
    if theme:
        rows = rows.filter(theme=theme)
    rows = _holding(rows, text, "question", "detail", "answer")
    return rows.select_related("union").order_by("-helpful", "-published_at")


def cases(text: str = "", theme: str = "") -> QuerySet[TypicalCase]:
    """Published cases, the latest first."""
    rows = TypicalCase.objects.unscoped(EVERYBODYS).filter(stage=SHOWN)
    if theme:
        rows = rows.filter(theme=theme)
    rows = _holding(rows, text, "title", "facts", "result", "lesson")
    return rows.select_related("union").order_by("-year", "-published_at")


def topics() -> QuerySet[Topic]:
    """Topics that hold something published."""
    rows = Topic.objects.unscoped(EVERYBODYS).filter(closed=False)
    shown = Count("pieces", filter=Q(pieces__stage=SHOWN))
    return rows.annotate(shown=shown).filter(shown__gt=0).order_by("sequence", "pk")


def pieces(topic: Topic | None = None, text: str = "") -> QuerySet[Piece]:
    """Published pieces, the latest first."""
    rows = Piece.objects.unscoped(EVERYBODYS).filter(stage=SHOWN, topic__closed=False)
    if topic is not None:
        rows = rows.filter(topic=topic)
    return _holding(rows, text, "title", "body").select_related("topic").order_by("-published_at")


def agreed(actor: Actor) -> list[tuple[int, str]]:
    """Answered consultations whose askers agreed to publication and that are not yet published."""
    rows = Consultation.objects.within(actor.scope(VIEW_CONSULT)).filter(
        open_to_public=True, published=None, case__phase__in=("replied", "closed")
    )
    return list(rows.order_by("-pk").values_list("pk", "case__number")[:100])


def about(article: Any) -> dict[str, list[Any]]:
    """What cites an article: answers and cases, five of each."""
    cite = [[article.statute.name, article.number, article.branch]]
    return {
        "answers": list(answers().filter(cites__contains=cite)[:5]),
        "cases": list(cases().filter(cites__contains=cite)[:5]),
    }
